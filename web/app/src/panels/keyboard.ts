// Keys of the whole page: tools by letter, Enter and Escape, undo and redo, search by slash; Space puts the pointer's
// click in the middle of the map, so that every gesture can be made without a pointer.

import { commit, proposal, redo, undo } from "../edits/door";
import { asOf } from "../state/plans";
import { comparing, selectGrid, selection, tab } from "../state/view";
import { openTool, TOOLS } from "../tools";
import { giveKey, startOver } from "../tools/bench";
import { stopComparing } from "./compare";
import { unpin, view } from "./map_stage";
import { printing } from "./printing";
import { helping, withLetters } from "./shortcuts";
import { choose } from "./tool_strip";

/** Fields that take no text: letters typed there are nobody else's. */
const WORDLESS = new Set(["radio", "checkbox", "range", "button", "submit", "color", "file"]);

/** Whether keys go into what has the focus. */
export const isTyping = (target: { tagName: string; type?: string; isContentEditable?: boolean }): boolean =>
  target.tagName === "TEXTAREA" ||
  target.tagName === "SELECT" ||
  target.isContentEditable === true ||
  (target.tagName === "INPUT" && !WORDLESS.has(target.type ?? "text"));

/** Hear the keys of the page; returns what stops it. */
export function hearKeys(): () => void {
  const heard = (event: KeyboardEvent) => {
    if (pressed(event)) event.preventDefault();
  };
  window.addEventListener("keydown", heard);
  return () => window.removeEventListener("keydown", heard);
}

function pressed(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement & { type?: string };
  if (event.isComposing || isTyping(target) || document.querySelector("dialog[open]")) return false;
  if (event.ctrlKey || event.metaKey) return chorded(event);
  if (event.altKey) return false;
  const onMap = target === document.body || target === view.peek()?.canvas;
  if (event.key === "Escape") return escaped();
  if (event.key === "Enter") return (onMap || target.tagName === "INPUT") && entered();
  if (event.key === " ") return target === view.peek()?.canvas && clickInTheMiddle();
  if (event.key.length > 1) return giveKey(event.key);
  return withLetters.peek() && lettered(event.key);
}

const entered = (): boolean => giveKey("Enter") || (proposal.peek()?.state === "ready" && did(commit));

function did(act: () => unknown): true {
  void act();
  return true;
}

function chorded(event: KeyboardEvent): boolean {
  const key = event.key.toLowerCase();
  if (key === "z" && !event.shiftKey) return did(undo);
  if (key === "y" || (key === "z" && event.shiftKey)) return did(redo);
  return false;
}

function lettered(key: string): boolean {
  if (giveKey(key)) return true;
  if (key === "/") return focusSearch();
  if (key === "?") return help();
  if (key === "p") return compose();
  const tool = TOOLS.find((each) => each.shortcut === key.toLowerCase());
  if (!tool) return false;
  choose(tool);
  return true;
}

/** One step back: what was opened last closes first. */
function escaped(): boolean {
  if (proposal.peek()) startOver();
  else if (openTool.peek()) openTool.value = null;
  else if (comparing.peek() && tab.peek() === "changes") stopComparing();
  else if (selection.peek().type !== "none") unselect();
  else if (comparing.peek()) stopComparing();
  else if (asOf.peek() !== undefined) asOf.value = undefined;
  else unpin();
  return true;
}

function unselect(): void {
  selectGrid(null);
  unpin();
  if (comparing.peek()) tab.value = "changes";
}

function compose(): boolean {
  printing.value = true;
  return true;
}

function help(): boolean {
  helping.value = !helping.peek();
  return true;
}

function focusSearch(): boolean {
  document.getElementById("search")?.focus();
  return true;
}

/** A click, as a pointer's own, in the middle of the map; the arrow keys move the map under it. */
function clickInTheMiddle(): boolean {
  const canvas = view.peek()?.canvas;
  if (!canvas) return false;
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const where = {
    clientX: left + width / 2,
    clientY: top + height / 2,
    bubbles: true,
    cancelable: true,
    button: 0,
    view: window,
  };
  const pointer = { ...where, pointerId: 1, isPrimary: true, pointerType: "mouse" };
  canvas.dispatchEvent(new PointerEvent("pointermove", { ...pointer, buttons: 0 }));
  canvas.dispatchEvent(new MouseEvent("mousemove", where));
  canvas.dispatchEvent(new PointerEvent("pointerdown", { ...pointer, buttons: 1 }));
  canvas.dispatchEvent(new MouseEvent("mousedown", where));
  canvas.dispatchEvent(new PointerEvent("pointerup", pointer));
  canvas.dispatchEvent(new MouseEvent("mouseup", where));
  canvas.dispatchEvent(new MouseEvent("click", where));
  return true;
}
