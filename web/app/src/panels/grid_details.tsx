// A grid: its figures, posts, party organisation, gaps, and who claims each piece of it, and which rule decided.

import type { ComponentChildren, JSX, TargetedKeyboardEvent } from "preact";
import { useState } from "preact/hooks";
import { boardAddress, type GapProperties, type GridDetail, type ManagementType, type Post } from "../api";
import { commit, proposal, propose, retag } from "../edits/door";
import { PALETTE } from "../generated/palette";
import { boundsOf, ringsOf } from "../map/planar";
import { Button, Computed } from "../parts/controls";
import { Icon } from "../parts/icons";
import { asOf, isDraft, mayEdit, plan } from "../state/plans";
import { light, selectGap } from "../state/view";
import { field, language, t } from "../words";
import { area, count, MISSING } from "../words/figures";
import { Explain } from "./explain";
import { gapDistance, gapTitle } from "./gap_words";
import { Entry } from "./history";
import { Severity } from "./ledgers";
import { fitTo } from "./map_stage";
import { balance, staffingSentences } from "./staffing";

export function GridDetails({ detail }: { detail: GridDetail }): JSX.Element {
  return (
    <article class="details">
      <Head detail={detail} />
      <Explain detail={detail} />
      <Facts detail={detail} />
      <Gaps gaps={detail.gaps} />
      <Posts detail={detail} />
      <Party detail={detail} />
      <Faces detail={detail} />
      {detail.history.length > 0 && (
        <Section title={t("grid.history")}>
          <ol class="log">
            {detail.history.map((entry) => (
              <Entry key={entry.revision} entry={entry} />
            ))}
          </ol>
        </Section>
      )}
    </article>
  );
}

function Section({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Head({ detail: { properties, geometry } }: { detail: GridDetail }): JSX.Element {
  const editable = isDraft.value && mayEdit.value;
  const { code, number, name, locked } = properties;
  return (
    <header class="grid-head">
      <span class="number">{number}</span>
      <div class="title">
        <h2>{editable && !locked ? <NameField code={code} name={name ?? ""} /> : (name ?? t("grid.unnamed"))}</h2>
        <p>
          {properties.community_name} · {field("kind", properties.kind)}
        </p>
        <code>{code}</code>
      </div>
      <div class="actions">
        <Button
          icon="locate"
          label={t("grid.locate")}
          kind="quiet"
          onClick={() => fitTo(boundsOf(ringsOf(geometry).flat()))}
        />
        <a
          class="button quiet"
          href={boardAddress(plan.value?.name ?? "", code, { as_of: asOf.value, lang: language.value })}
          target="_blank"
          rel="noopener"
          aria-label={t("grid.board")}
          title={t("grid.board")}
        >
          <Icon name="print" />
        </a>
        {editable && (
          <Button
            icon={locked ? "lock" : "unlock"}
            label={t(locked ? "grid.unlock" : "grid.lock")}
            pressed={locked}
            kind="quiet"
            onClick={() => void retag(code, { locked: !locked })}
          />
        )}
      </div>
    </header>
  );
}

function NameField({ code, name }: { code: string; name: string }): JSX.Element {
  const keep = (text: string) => text && text !== name && void retag(code, { name: text });
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLInputElement>) => {
    const field = event.currentTarget;
    if (event.key === "Escape") field.value = name;
    if (event.key === "Escape" || event.key === "Enter") field.blur();
  };
  return (
    <input
      key={code + name}
      class="name-field"
      aria-label={t("grid.rename")}
      title={t("grid.rename")}
      defaultValue={name}
      onBlur={(event) => keep(event.currentTarget.value.trim())}
      onKeyDown={onKeyDown}
    />
  );
}

const TYPES: readonly ManagementType[] = [
  "routine",
  "general_prevention",
  "key_attention",
  "concentrated_rectification",
];

function Facts({ detail: { properties, rounds, premises } }: { detail: GridDetail }): JSX.Element {
  return (
    <dl class="facts">
      <Fact label={t("figure.households")}>{count(properties.households)}</Fact>
      <Fact label={t("figure.population")}>{count(properties.population)}</Fact>
      <Fact label={t("figure.members")}>{count(properties.party_members)}</Fact>
      <Fact label={t("figure.area")}>{area(properties.area_m2)}</Fact>
      <Fact label={t("figure.type")} wide>
        <TypeField code={properties.code} value={properties.management_type} locked={properties.locked} />
      </Fact>
      <Fact label={t("figure.rounds")} wide>
        {Object.entries(rounds)
          .map(([kind, days]) => t("grid.round", { kind: t(`round.${kind}` as "round.patrol"), days }))
          .join(" · ") || MISSING}
      </Fact>
      <Fact label={t("figure.premises")} wide>
        {premises.map((each) => `${each.name}（${field("premises", each.kind)}）`).join(t("list.separator")) ||
          t("grid.no_premises")}
      </Fact>
    </dl>
  );
}

function Fact({
  label,
  wide,
  children,
}: {
  label: string;
  wide?: boolean;
  children: JSX.Element | string;
}): JSX.Element {
  return (
    <div class={wide ? "wide" : ""}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Another type asks for other staff: what that comes to is read before it is made. */
const typed = (code: string, type: string) => ({
  verb: "retag" as const,
  code,
  management_type: type as ManagementType,
});

function TypeField({ code, value, locked }: { code: string; value: ManagementType; locked: boolean }): JSX.Element {
  const swatch = <i class="swatch" aria-hidden="true" style={{ background: PALETTE.fills.management_type[value] }} />;
  if (!isDraft.value || !mayEdit.value || locked) {
    return (
      <span class="type">
        {swatch} {field("management_type", value)}
      </span>
    );
  }
  const asked = proposal.value?.edit;
  const shown = asked?.verb === "retag" && asked.code === code ? (asked.management_type ?? value) : value;
  return (
    <span class="type">
      {swatch}
      <select
        value={shown}
        aria-label={t("figure.type")}
        onChange={(event) => void propose(typed(code, event.currentTarget.value))}
        onKeyDown={(event) => event.key === "Enter" && proposal.peek()?.state === "ready" && void commit()}
      >
        {TYPES.map((each) => (
          <option key={each} value={each}>
            {field("management_type", each)}
          </option>
        ))}
      </select>
    </span>
  );
}

function Gaps({ gaps }: { gaps: GapProperties[] }): JSX.Element | null {
  if (!gaps.length)
    return (
      <Section title={t("grid.gaps")}>
        <p class="good">{t("grid.no_gaps")}</p>
      </Section>
    );
  return (
    <Section title={`${t("grid.gaps")} ${gaps.length}`}>
      <ul class="gap-chips">
        {gaps.map((gap) => (
          <li key={gap.gap_id}>
            <button
              type="button"
              class={`gap-chip ${gap.ledger} ${gap.state}`}
              onMouseEnter={() => light([], [gap.gap_id])}
              onMouseLeave={() => light([])}
              onClick={() => selectGap(gap.gap_id, gap.code)}
            >
              <Severity value={gap.severity} />
              {gapTitle(gap)}
              <small>{gapDistance(gap)}</small>
            </button>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Posts({ detail: { posts, properties, duty } }: { detail: GridDetail }): JSX.Element {
  const holders = (post: Post) => duty.filter((each) => each.post === post.post);
  return (
    <Section title={t("grid.posts")}>
      {staffingSentences(posts).map((line, row) => (
        <p key={line} class={properties.short && row === 0 ? "total short" : "total"}>
          {line}
        </p>
      ))}
      <table class="posts">
        <thead>
          <tr>
            <th scope="col">{t("grid.post")}</th>
            <th scope="col">{t("grid.required")}</th>
            <th scope="col">{t("grid.held")}</th>
            <th scope="col">{t("staff.balance")}</th>
          </tr>
        </thead>
        <tbody>
          {posts.map((post) => (
            <tr key={post.post} class={post.short ? "short" : ""}>
              <th scope="row">
                <Computed arithmetic={post.arithmetic}>{field("post", post.post)}</Computed>
                {holders(post).map((each) => (
                  <small key={each.name + each.phone}>
                    {each.name} {each.phone}
                  </small>
                ))}
              </th>
              <td>{count(post.required)}</td>
              <td>{count(post.held)}</td>
              <td>{post.short ? <b>{balance(post)}</b> : balance(post)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function Party({ detail: { branch } }: { detail: GridDetail }): JSX.Element {
  if (!branch)
    return (
      <Section title={t("grid.party")}>
        <p>{t("grid.party_unknown")}</p>
      </Section>
    );
  const { form, organisation_name, members, proposed_form, reason } = branch;
  return (
    <Section title={t("grid.party")}>
      <p class="party">
        <i class={`party-mark ${form ?? "none"}`} aria-hidden="true" />
        <span>
          <b>{field("form", form)}</b> {organisation_name}
          <small>{t("grid.members", { count: count(members) })}</small>
        </span>
      </p>
      {proposed_form && proposed_form !== form && (
        <p class="proposed">
          <Computed arithmetic={reason}>{t("grid.proposed", { form: field("form", proposed_form) })}</Computed>
        </p>
      )}
    </Section>
  );
}

const MOST_FACES = 12;

function Faces({ detail: { faces } }: { detail: GridDetail }): JSX.Element {
  const [all, setAll] = useState(false);
  const sorted = [...faces.features].sort((one, other) => other.properties.area_m2 - one.properties.area_m2);
  const part = all ? sorted : sorted.slice(0, MOST_FACES);
  return (
    <Section title={t("grid.faces")}>
      <ul class="faces">
        {part.map(({ properties: { face_id, claimants, rule, area_m2 } }) => (
          <li key={face_id}>
            <Computed arithmetic={field("rule_why", rule)}>
              <span class={`rule ${rule}`}>{field("rule", rule)}</span>
            </Computed>
            <span class="claimants">
              {claimants.length === 0 && t("grid.nobody")}
              {claimants.map((each) => (
                <span key={each.layer + each.id}>
                  <i class={`line ${each.layer}`} aria-hidden="true" style={{ color: outline(each.layer) }} />
                  {each.name ?? each.id}
                </span>
              ))}
            </span>
            <output>{area(area_m2)}</output>
          </li>
        ))}
      </ul>
      {sorted.length > part.length && (
        <Button onClick={() => setAll(true)}>{t("ledgers.more", { count: sorted.length - part.length })}</Button>
      )}
    </Section>
  );
}

const outline = (layer: string): string => (PALETTE.outlines as Record<string, string>)[layer] ?? PALETTE.ink;
