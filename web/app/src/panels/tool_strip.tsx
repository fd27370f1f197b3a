// The strip of tools: an icon, its key, and why it can't be used where it can't.

import type { JSX } from "preact";
import { redo, undo } from "../edits/door";
import { Icon } from "../parts/icons";
import { asOf, isDraft, mayEdit, ownEdits, plan } from "../state/plans";
import { sheet } from "../state/view";
import { openTool, TOOLS } from "../tools";
import type { Tool } from "../tools/tool";
import { t, type WordKey } from "../words";
import { view } from "./map_stage";

/** Why a tool can't be used now; null where it can. */
export function hindrance(tool: Tool): WordKey | null {
  if (!tool.writes) return null;
  if (!mayEdit.value) return "tool.no_right";
  if (!plan.value) return "tool.no_plan";
  if (asOf.value !== undefined) return "tool.old_revision";
  return isDraft.value ? null : "tool.no_draft";
}

export function choose(tool: Tool): void {
  if (hindrance(tool)) return;
  openTool.value = openTool.peek() === tool.id ? null : tool.id;
  sheet.value = "closed"; // what is drawn on has to be seen
  view.peek()?.canvas.focus({ preventScroll: true });
}

export function ToolStrip(): JSX.Element {
  return (
    <div class="tool-strip" role="toolbar" aria-label={t("tool.strip")} aria-orientation="vertical">
      {TOOLS.map((tool) => (
        <ToolButton key={tool.id} tool={tool} />
      ))}
      <hr />
      <StepButton name="undo" shortcut="Ctrl Z" act={undo} />
      <StepButton name="redo" shortcut="Ctrl Y" act={redo} />
    </div>
  );
}

/** How many steps were taken back since the last edit; that many can be made again. */
export function undoneSteps(log: readonly { verb: string }[]): number {
  let steps = 0;
  for (const { verb } of [...log].reverse()) steps = verb === "undo" ? steps + 1 : verb === "redo" ? steps - 1 : 0;
  return steps;
}

function ToolButton({ tool }: { tool: Tool }): JSX.Element {
  const why = hindrance(tool);
  const name = t(`tool.${tool.id}`);
  const key = tool.shortcut.toUpperCase();
  return (
    <button
      type="button"
      class="tool"
      aria-label={name}
      aria-keyshortcuts={tool.shortcut}
      aria-pressed={openTool.value === tool.id}
      aria-disabled={why !== null}
      onClick={() => choose(tool)}
    >
      <Icon name={tool.id} />
      <kbd>{key}</kbd>
      <span class="tip" role="tooltip">
        <b>{name}</b> <kbd>{key}</kbd>
        <small>{why ? t(why) : t(`tool.${tool.id}.what`)}</small>
      </span>
    </button>
  );
}

function StepButton({
  name,
  shortcut,
  act,
}: {
  name: "undo" | "redo";
  shortcut: string;
  act: () => Promise<void>;
}): JSX.Element {
  const log = ownEdits.value;
  const some = name === "undo" ? log.length > 0 : undoneSteps(log) > 0;
  const enabled = isDraft.value && mayEdit.value && some;
  return (
    <button
      type="button"
      class="tool"
      aria-label={t(`tool.${name}`)}
      aria-disabled={!enabled}
      onClick={() => enabled && void act()}
    >
      <Icon name={name} />
      <span class="tip" role="tooltip">
        <b>{t(`tool.${name}`)}</b> <kbd>{shortcut}</kbd>
        <small>{enabled ? t(`tool.${name}.what`) : t("tool.nothing_done")}</small>
      </span>
    </button>
  );
}
