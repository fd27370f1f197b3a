export * from "./calls";
export { NOT_SIGNED_IN, onContact, onSignedOut, Refusal, speak, Unreachable } from "./request";
export type * from "./types";
