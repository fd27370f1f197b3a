// The square metre that was clicked: who holds it, which layers claim it, which rule decided, since when, who serves it.

import type { JSX } from "preact";
import type { GridDetail } from "../api";
import { isInside } from "../map/planar";
import { plan } from "../state/plans";
import { field, t } from "../words";
import { moment } from "../words/figures";
import { logSentence } from "./history";
import { spot } from "./map_stage";

export function Explain({ detail }: { detail: GridDetail }): JSX.Element | null {
  const at = spot.value;
  const face = at && detail.faces.features.find((each) => isInside(at, each.geometry));
  if (!face) return null;
  const { claimants, rule } = face.properties;
  const { name, number, community_name } = detail.properties;
  return (
    <section class="here" aria-live="polite">
      <h3>
        {t("here.title")}{" "}
        <code>
          {at
            .map((degrees) => degrees.toFixed(6))
            .reverse()
            .join(", ")}
        </code>
      </h3>
      <dl>
        <dt>{t("here.holder")}</dt>
        <dd>{[community_name, number, name].filter(Boolean).join(" ")}</dd>
        <dt>{t("here.claims")}</dt>
        <dd>
          {claimants.length === 0 && t("grid.here_nobody")}
          {claimants.map((each) => (
            <span key={each.layer + each.id} class="claim">
              {field("layer", each.layer)} <b>{each.name ?? each.id}</b>
            </span>
          ))}
        </dd>
        <dt>{t("here.rule")}</dt>
        <dd>
          <span class={`rule ${rule}`}>{field("rule", rule)}</span> {field("rule_why", rule)}
        </dd>
        <dt>{t("here.since")}</dt>
        <dd>{since(detail)}</dd>
        <dt>{t("here.served")}</dt>
        <dd>{served(detail)}</dd>
      </dl>
    </section>
  );
}

/** Since when the grid is as it is: the last thing done to it, else since the plan began. */
export function since({ history, properties: { modified } }: GridDetail): string {
  const last = history.find((entry) => entry.revision === modified) ?? history.at(-1);
  if (last)
    return t("here.since_edit", {
      revision: last.revision,
      at: moment(last.at),
      name: last.by,
      what: logSentence(last),
    });
  const day = plan.value?.effective_date;
  return day ? t("here.since_day", { day }) : t("here.since_revision", { revision: modified ?? "—" });
}

const FIRST = ["grid_head", "security_officer", "cleaner", "pioneer"];

/** Who is on duty there, the grid head first; that nobody is, is said too, and that no roster says so. */
export function served({ duty, branch, posts }: GridDetail): string {
  const known = FIRST.flatMap((post) => duty.filter((each) => each.post === post)).slice(0, 4);
  const people = known.map(({ post, name, phone }) => [field("post", post), name, phone].filter(Boolean).join(" "));
  const unknown = duty.length === 0 && posts.every((each) => each.held === null);
  const head = duty.some((each) => each.post === "grid_head") ? [] : [t(unknown ? "here.no_roster" : "here.no_head")];
  const party = branch?.organisation_name ? [branch.organisation_name] : [];
  return [...head, ...people, ...party].join(t("list.separator"));
}
