// What is told of what was asked of the server: done, refused, or not answered.

import { signal } from "@preact/signals";
import { type LogEntry, type Problem, Refusal, Unreachable } from "../api";

export type Said =
  | { type: "undone" | "redone" | "made"; entry: SaidEdit }
  | { type: "refused"; problem: Problem }
  | { type: "unreachable" }
  | { type: "waiting" };

export type SaidEdit = Pick<LogEntry, "verb" | "codes" | "created"> & Partial<Pick<LogEntry, "undoes">>;

/** What was done last, for the notice line. */
export const said = signal<Said | null>(null);

/** Tell a refusal, or that nobody answered; throws what is neither. */
export function tell(error: unknown): void {
  if (error instanceof Unreachable) said.value = { type: "unreachable" };
  else if (error instanceof Refusal) said.value = { type: "refused", problem: error.problem };
  else throw error;
}

/** Do what somebody asked for; where it is refused, or not answered, the notice line says so. Returns whether it was done. */
export async function told(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    tell(error);
    return false;
  }
}
