// One community of a jurisdiction, or all: a list to choose from, and of a province a field to write in.

import type { JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import type { Tally } from "../api";
import { t } from "../words";

/** More than this many nobody scrolls through. */
const MOST_LISTED = 300;
const MOST_SUGGESTED = 20;

interface ChoiceProps {
  communities: readonly Tally[];
  /** Its code; null: all. */
  chosen: string | null;
  onChoose: (code: string | null) => void;
}

export function CommunityChoice(props: ChoiceProps): JSX.Element {
  return props.communities.length > MOST_LISTED ? <Written {...props} /> : <Listed {...props} />;
}

function Listed({ communities, chosen, onChoose }: ChoiceProps): JSX.Element {
  return (
    <select
      aria-label={t("ledgers.community")}
      value={chosen ?? ""}
      onChange={(event) => onChoose(event.currentTarget.value || null)}
    >
      <option value="">{t("ledgers.all_communities")}</option>
      {communities.map((each) => (
        <option key={each.code} value={each.code}>
          {each.name}
        </option>
      ))}
    </select>
  );
}

/** What a community is written as: names repeat within a province. */
export const writtenAs = ({ name, code }: Pick<Tally, "name" | "code">): string => (name ? `${name} ${code}` : code);

/** Communities whose name or code has a text, those that begin with it first. */
export function suggested<Named extends Pick<Tally, "name" | "code">>(
  communities: readonly Named[],
  text: string,
): Named[] {
  const wanted = text.trim();
  if (!wanted) return [];
  const matching = communities.filter((each) => writtenAs(each).includes(wanted));
  const begins = matching.filter((each) => writtenAs(each).startsWith(wanted) || each.code.startsWith(wanted));
  return [...new Set([...begins, ...matching])].slice(0, MOST_SUGGESTED);
}

/** The community that a text leaves no doubt of, null where it is empty, undefined where it may be several or none. */
export function meantBy(communities: readonly Pick<Tally, "name" | "code">[], text: string): string | null | undefined {
  if (!text.trim()) return null;
  const exact = communities.find((each) => writtenAs(each) === text.trim() || each.code === text.trim());
  return exact?.code;
}

function Written({ communities, chosen, onChoose }: ChoiceProps): JSX.Element {
  const list = useId();
  const now = communities.find((each) => each.code === chosen);
  const said = now ? writtenAs(now) : (chosen ?? "");
  const [text, setText] = useState(said);
  useEffect(() => setText(said), [said]);
  const write = (written: string) => {
    setText(written);
    const meant = meantBy(communities, written);
    if (meant !== undefined) onChoose(meant);
  };
  return (
    <>
      <input
        type="search"
        aria-label={t("ledgers.community")}
        placeholder={t("ledgers.all_communities")}
        list={list}
        value={text}
        onInput={(event) => write(event.currentTarget.value)}
      />
      <datalist id={list}>
        {suggested(communities, text).map((each) => (
          <option key={each.code} value={writtenAs(each)} />
        ))}
      </datalist>
    </>
  );
}
