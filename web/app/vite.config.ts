import { defineConfig } from "vitest/config";
import { compressed } from "./compressed";

const SERVER = process.env.ONEGRID_SERVER ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [compressed()],
  build: {
    target: "es2022",
    // An asset in a data: address would need a hole in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { "/api": SERVER, "/tiles": SERVER, "/plans": SERVER } },
  preview: { proxy: { "/api": SERVER, "/tiles": SERVER, "/plans": SERVER } },
  test: { include: ["test/unit/**/*.test.ts"] },
});
