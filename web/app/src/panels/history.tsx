// The log as sentences with people and times; a sentence pointed at shows its land.

import type { JSX } from "preact";
import type { LogEntry } from "../api";
import { Blank, Button, Skeleton } from "../parts/controls";
import { known } from "../state/loading";
import { asOf, history, visit } from "../state/plans";
import { light } from "../state/view";
import { isWord, t } from "../words";
import { moment, shortCodes } from "../words/figures";
import { fitTo } from "./map_stage";

interface Told {
  verb: string;
  codes: readonly string[];
  created?: readonly string[];
  retired?: readonly string[];
  undoes?: number | null;
}

/** The edit that an undoing or redoing comes down to, as far as the log that is read knows it; an edit is its own. */
export function origin(entry: Told, log: readonly LogEntry[] = known(history.now.value) ?? []): Told {
  if (entry.verb !== "undo" && entry.verb !== "redo") return entry;
  const reversed = log.find((each) => each.revision === entry.undoes);
  return reversed ? origin(reversed, log) : entry;
}

/** What an entry of the log says happened. */
export function logSentence(entry: Told): string {
  const codes = shortCodes(entry.codes);
  const first = origin(entry);
  if (first !== entry && (entry.verb === "undo" || entry.verb === "redo")) {
    return t(`log.${entry.verb}_of`, { what: logSentence(first) });
  }
  switch (entry.verb) {
    case "split":
    case "carve":
      return t(`log.${entry.verb}`, {
        codes: shortCodes(entry.codes.filter((code) => !entry.created?.includes(code))),
        created: shortCodes(entry.created ?? []),
      });
    case "merge":
      return t("log.merge", { codes });
    case "reshape":
    case "reassign":
    case "retag":
    case "lock":
    case "undo":
    case "redo":
      return t(`log.${entry.verb}`, { codes });
    case "move_vertex":
    case "insert_vertex":
    case "delete_vertex":
      return t("log.vertex", { codes });
    default: {
      const key = `log.${entry.verb}`;
      return isWord(key) ? t(key) : entry.verb;
    }
  }
}

export function History(): JSX.Element {
  const loaded = history.now.value;
  const entries = known(loaded);
  if (!entries) return loaded.state === "failed" ? <Blank>{t("failed.history")}</Blank> : <Skeleton lines={6} />;
  if (entries.length === 0) return <Blank>{t("history.empty")}</Blank>;
  return (
    <ol class="log">
      {entries.map((entry) => (
        <Entry key={entry.revision} entry={entry} />
      ))}
    </ol>
  );
}

export function Entry({ entry }: { entry: LogEntry }): JSX.Element {
  const show = () => light(entry.codes);
  const hide = () => light([]);
  const looked = asOf.value === entry.revision;
  return (
    <li class={looked ? "with-visit looked" : "with-visit"}>
      <button
        type="button"
        onMouseEnter={show}
        onMouseLeave={hide}
        onFocus={show}
        onBlur={hide}
        onClick={() => fitTo(entry.bounds)}
      >
        <span>
          <b>{entry.by}</b> {logSentence(entry)}
        </span>
        {entry.note && <q>{entry.note}</q>}
        <small>
          {moment(entry.at)} · {t("bar.revision", { revision: entry.revision })}
        </small>
      </button>
      <Button
        icon="eye"
        kind="quiet"
        pressed={looked}
        label={t("revision.visit", { revision: entry.revision })}
        onClick={() => visit(looked ? undefined : entry.revision)}
      />
    </li>
  );
}
