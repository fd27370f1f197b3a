// The bar on top: where we are, which plan, search, compare, what the plan's life offers next, language, user.

import type { JSX } from "preact";
import { type Plan, signOut } from "../api";
import { tell, told } from "../edits/telling";
import { Button, Choice, Menu } from "../parts/controls";
import { Icon } from "../parts/icons";
import { known, passes } from "../state/loading";
import {
  branchDraft,
  isDraft,
  mayEdit,
  morePlans,
  openPlan,
  other,
  plan,
  plans,
  plansBehind,
  refreshPlan,
  session,
  summary,
} from "../state/plans";
import { startTour } from "../state/touring";
import { comparing, selectGrid, tab, workplace } from "../state/view";
import { field, language, t } from "../words";
import { count } from "../words/figures";
import { openBringing } from "./bring";
import { ExportMenu } from "./exports";
import { Lifecycle } from "./lifecycle";
import { fitTo } from "./map_stage";
import { Search } from "./search";
import { helping } from "./shortcuts";

export function PlanBar(): JSX.Element {
  return (
    <header class="plan-bar">
      <h1 class="unseen">{t("page.title")}</h1>
      <span class="brand" aria-hidden="true">
        <i />
      </span>
      <Jurisdiction />
      <PlanMenu />
      <Search />
      <span class="spring" />
      <Workplaces />
      <CompareButton />
      <ExportMenu />
      <Lifecycle />
      <LanguageSwitch />
      <User />
    </header>
  );
}

function Jurisdiction(): JSX.Element {
  const divisions = known(summary.now.value);
  const name = known(session.now.value)?.scope ?? "";
  const title = divisions?.streets.length === 1 ? divisions.streets[0]?.name : undefined;
  return (
    <Menu
      name={t("bar.jurisdiction")}
      label={<b>{title ?? (name ? t("bar.all_of", { scope: name }) : t("bar.jurisdiction"))}</b>}
      class="jurisdiction"
    >
      {(close) => (
        <ul class="places">
          {divisions?.streets.map((street) => (
            <li key={street.code}>
              <button type="button" onClick={() => [fitTo(street.bounds), close()]}>
                <b>{street.name}</b> <small>{t("count.grids", { count: count(street.grids) })}</small>
              </button>
              <ul>
                {divisions.communities
                  .filter((each) => each.code.startsWith(street.code))
                  .map((each) => (
                    <li key={each.code}>
                      <button type="button" onClick={() => [fitTo(each.bounds), close()]}>
                        {each.name} <small>{count(each.grids)}</small>
                      </button>
                    </li>
                  ))}
              </ul>
            </li>
          ))}
        </ul>
      )}
    </Menu>
  );
}

function PlanMenu(): JSX.Element {
  const now = plan.value;
  const all = known(plans.now.value) ?? [];
  const label = (
    <>
      <span class="plan-title">{now?.title ?? "…"}</span>
      {now && (
        <span class={`chip status-${now.status}`}>
          {t(`status.${now.status}`)} · {t("bar.revision", { revision: now.revision })}
        </span>
      )}
      {now && <small class="effective">{effectiveDays(now)}</small>}
    </>
  );
  return (
    <Menu name={t("bar.plan")} label={label} class="plans">
      {(close) => (
        <>
          <ul class="places">
            {all.map((each) => (
              <li key={each.name}>
                <button type="button" aria-current={each.name === now?.name} onClick={() => [choose(each), close()]}>
                  <b>{each.title}</b> <span class={`chip status-${each.status}`}>{t(`status.${each.status}`)}</span>
                  <small>
                    {t("bar.by", { name: each.author, revision: each.revision })} {effectiveDays(each)}
                  </small>
                </button>
              </li>
            ))}
          </ul>
          {plansBehind.value && <Button onClick={() => void told(morePlans)}>{t("plans.more")}</Button>}
          {now && mayEdit.value && (
            <Button icon="plus" kind="primary" onClick={() => [void startDraft(now), close()]}>
              {t("bar.branch", { title: now.title })}
            </Button>
          )}
          {mayEdit.value && (
            <Button icon="layers" onClick={() => [void openBringing(), close()]}>
              {t("bring.open")}
            </Button>
          )}
        </>
      )}
    </Menu>
  );
}

/** Open another plan, and read how far it has come since it was listed. */
function choose(chosen: Plan): void {
  openPlan(chosen);
  selectGrid(null);
  void refreshPlan().catch((error: unknown) => {
    if (!passes(error)) tell(error);
  });
}

/** From when a plan is in force, or until when it was. */
function effectiveDays({ status, effective_date, effective_until }: Plan): string {
  if (status === "retired" && effective_until) return t("bar.until", { day: effective_until });
  return effective_date && status !== "retired" ? t("bar.since", { day: effective_date }) : "";
}

/** Branch a draft of a plan and open it; returns whether it was made. */
export const startDraft = (from: Plan): Promise<boolean> => told(() => branchDraft(from, draftTitle()));

/** What a new draft is called until somebody calls it otherwise. */
export const draftTitle = (today = new Date()): string =>
  t("bar.draft_of", { month: today.getMonth() + 1, day: today.getDate() });

function Workplaces(): JSX.Element {
  const options = [
    { value: "planner" as const, label: t("bar.planner") },
    { value: "supervisor" as const, label: t("bar.supervisor") },
  ];
  const choose = (value: "planner" | "supervisor") => {
    workplace.value = value;
  };
  return (
    <Choice name={t("bar.workplace")} value={workplace.value} options={options} onChoose={choose} class="workplaces" />
  );
}

function CompareButton(): JSX.Element {
  const same = other.value === null && (known(plans.now.value)?.length ?? 0) < 2;
  const toggle = () => {
    comparing.value = !comparing.value;
    tab.value = comparing.value ? "changes" : "details";
  };
  return (
    <Button
      icon="compare"
      class="compare"
      pressed={comparing.value}
      disabled={same}
      title={t(same ? "bar.compare_same" : "bar.compare_why")}
      onClick={toggle}
    >
      <span class="wide">{t("bar.compare")}</span>
    </Button>
  );
}

function LanguageSwitch(): JSX.Element {
  const other = language.value === "zh" ? "en" : "zh";
  const change = () => {
    language.value = other;
  };
  return (
    <button type="button" class="button quiet" lang={other === "zh" ? "zh-CN" : "en"} onClick={change}>
      {other === "zh" ? "中文" : "EN"}
    </button>
  );
}

function User(): JSX.Element {
  const who = known(session.now.value);
  const leave = async () => {
    if (await told(signOut)) window.location.reload();
  };
  return (
    <Menu name={t("bar.user")} align="right" label={<Icon name="person" />} class="user">
      {() => (
        <div class="user-card">
          <b>{who?.name}</b>
          <small>{who && t(`role.${who.role}`)}</small>
          <small>{field("scope", who?.scope)}</small>
          {isDraft.value && <small>{t("bar.you_edit")}</small>}
          <Button
            onClick={() => {
              helping.value = true;
            }}
          >
            {t("keys.title")} <kbd>?</kbd>
          </Button>
          <Button onClick={startTour}>{t("tour.again")}</Button>
          <Button onClick={() => void leave()}>{t("bar.sign_out")}</Button>
        </div>
      )}
    </Menu>
  );
}
