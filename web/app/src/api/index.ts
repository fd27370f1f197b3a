export * from "./calls";
export { onContact, Refusal, Unreachable } from "./request";
export type * from "./types";
