// The stub server as a process of its own, and `fetch` led to it: the application's own calls, over a real connection.

import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../stub/server.js", import.meta.url));

export interface Served {
  /** Cut the connection, or mend it. */
  cut(now: boolean): void;
  /** Let the answer to the next write be lost on its way back. */
  loseNextAnswer(): void;
  as(user: string): void;
  stop(): void;
}

/** Start the stub and send every relative request to it. */
export async function serve(): Promise<Served> {
  const process = spawn("node", [SCRIPT, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const address = await firstLine(process);
  const real = globalThis.fetch;
  let down = false;
  let losing = false;
  let user = "planner";
  globalThis.fetch = async (path, init) => {
    if (down) throw new TypeError("the connection is cut");
    const answer = await real(address + String(path), { ...init, headers: { ...init?.headers, "X-Stub-User": user } });
    if (losing && init?.method === "POST" && !String(path).includes("dry_run")) {
      losing = false;
      throw new TypeError("the answer is lost");
    }
    return answer;
  };
  return {
    cut: (now) => {
      down = now;
    },
    loseNextAnswer: () => {
      losing = true;
    },
    as: (name) => {
      user = name;
    },
    stop: () => {
      globalThis.fetch = real;
      process.kill();
    },
  };
}

const firstLine = (process: ChildProcess): Promise<string> =>
  new Promise((done, failed) => {
    process.stdout?.once("data", (text: Buffer) => done(text.toString().trim()));
    process.once("exit", (code) => failed(new Error(`the stub ended with ${code}`)));
  });
