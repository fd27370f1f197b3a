export * from "./calls";
export { Refusal, Unreachable } from "./request";
export type * from "./types";
