export * from "./calls";
export { onContact, Refusal, speak, Unreachable } from "./request";
export type * from "./types";
