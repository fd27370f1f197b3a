// Words by key in the language of the page; slots in braces are filled by whoever uses the word.

import { effect, signal } from "@preact/signals";
import { FIELD_EN, FIELD_ZH } from "../generated/field_words";
import { EN } from "./en";
import { ZH } from "./zh";

export type Language = "zh" | "en";
export type WordKey = keyof typeof ZH;
type FieldKey = keyof typeof FIELD_ZH;
type Slots = Record<string, string | number>;

export const language = signal<Language>("zh");

effect(() => {
  if (typeof document !== "undefined") document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
});

const fill = (text: string, slots: Slots): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => String(slots[name] ?? whole));

/** A word of the application. */
export const t = (key: WordKey, slots: Slots = {}): string => fill((language.value === "zh" ? ZH : EN)[key], slots);

/** The word for a value of the data, such as ("form", "branch"); a value without a word stands for itself. */
export function field(group: string, value: string | null | undefined): string {
  if (value === null || value === undefined) return "—";
  const words = language.value === "zh" ? FIELD_ZH : FIELD_EN;
  return words[`${group}.${value}` as FieldKey] ?? value;
}

/** Whether there is a word of this key, for keys made of data. */
export const isWord = (key: string): key is WordKey => key in ZH;
