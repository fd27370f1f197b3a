import { defineConfig } from "vitest/config";
import { compressed } from "./compressed";

const SERVER = process.env.ONEGRID_SERVER ?? "http://127.0.0.1:8000";

/** How an asset ends. */
const scripted = (name: string) => (name.endsWith(".mjs") ? ".js" : "[extname]");

export default defineConfig({
  plugins: [compressed()],
  // A published page may stand in any folder of a web server.
  base: "./",
  build: {
    target: "es2022",
    // An asset in a data: address would need a hole in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Not every web server knows .mjs, and a browser takes no worker of another type.
    rolldownOptions: { output: { assetFileNames: (one) => `assets/[name]-[hash]${scripted(one.names[0] ?? "")}` } },
  },
  server: { proxy: { "/api": SERVER, "/tiles": SERVER, "/plans": SERVER } },
  preview: { proxy: { "/api": SERVER, "/tiles": SERVER, "/plans": SERVER } },
  test: { include: ["test/unit/**/*.test.ts"] },
});
