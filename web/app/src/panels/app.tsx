// The page: bar, rail, map, inspector; under 900 pixels the rail and the inspector are a sheet at the bottom.

import { effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { type FeedEvent, Refusal, speak, Unreachable } from "../api";
import { landed } from "../edits/door";
import { tell } from "../edits/telling";
import { Blank, Choice } from "../parts/controls";
import { lazily } from "../parts/lazily";
import { parseAddress } from "../state/address";
import { keepBaseMap } from "../state/base_map";
import { answering, follow, signedOut } from "../state/connection";
import { known, passes } from "../state/loading";
import { asOf, loadAbout, mayEdit, openFirst, plan, plans, refreshPlan, session } from "../state/plans";
import { decidedIn, isDecidedHere, renewAbout } from "../state/renewing";
import { touring } from "../state/touring";
import { sheet, workplace } from "../state/view";
import { language, t } from "../words";
import { BaseMapChoice } from "./base_map";
import { BringingPlace, openBringing } from "./bring";
import { followComparison } from "./changes";
import { followSelection, Inspector } from "./inspector";
import { keepAddress, restore, restoreOnPlan } from "./kept_address";
import { hearKeys } from "./keyboard";
import { Ledgers } from "./ledgers";
import { Legend } from "./legend";
import { MapStage, view } from "./map_stage";
import { news } from "./notices";
import { PlanBar } from "./plan_bar";
import { printing } from "./printing";
import { Shortcuts } from "./shortcuts";
import { SignIn, SignInAgain } from "./sign_in";

const Dashboard = lazily(async () => (await import("./dashboard")).Dashboard);
const PrintSheet = lazily(async () => (await import("./print_sheet")).PrintSheet);
const Tour = lazily(async () => (await import("./tour")).Tour);
const opened = signal<"opening" | "open" | "signed_out" | "failed">("opening");

export function App(): JSX.Element {
  useEffect(() => {
    restore();
    const speaking = effect(() => speak(language.value === "zh" ? "zh-CN" : "en")); // before anything is asked for
    void open();
    const stops = [
      speaking,
      hearKeys(),
      followSelection(),
      followComparison(),
      follow(colleaguesDid),
      effect(() => {
        if (unseen.value && answering.value) void showNews(unseen.value);
      }),
      keepAddress(),
      keepBaseMap(),
      effect(() => about(plan.value?.name, landed.value, asOf.value, language.value)),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  if (opened.value === "signed_out") return <SignIn onDone={() => void open()} />;
  if (opened.value === "failed")
    return <Blank action={{ label: t("failed.again"), onClick: () => void open() }}>{t("failed.server")}</Blank>;
  const nothing = opened.value === "open" && !plan.value;
  return (
    <>
      <div class={`page ${workplace.value} sheet-${sheet.value}`} inert={printing.value}>
        <a class="skip" href="#search">
          {t("page.skip")}
        </a>
        <PlanBar />
        <Rail />
        {nothing ? <NoPlan /> : <MapStage />}
        <BringingPlace />
        <Inspector />
        <Shortcuts />
        <nav class="sheets" aria-label={t("sheet.title")}>
          <SheetTabs />
        </nav>
      </div>
      {printing.value && <PrintSheet />}
      {touring.value === "on" && view.value && <Tour />}
      {signedOut.value && opened.value === "open" && <SignInAgain />}
    </>
  );
}

/** There is no plan yet: layers can be brought, by whoever may edit. */
function NoPlan(): JSX.Element {
  if (!mayEdit.value) return <Blank>{t("plans.none")}</Blank>;
  return <Blank action={{ label: t("bring.open"), onClick: () => void openBringing() }}>{t("plans.none")}</Blank>;
}

function Rail(): JSX.Element {
  return (
    <nav class="rail" aria-label={t("rail.title")}>
      {workplace.value === "planner" ? (
        <>
          <Legend>
            <BaseMapChoice />
          </Legend>
          <Ledgers />
        </>
      ) : (
        <Dashboard />
      )}
    </nav>
  );
}

function SheetTabs(): JSX.Element {
  const options = [
    { value: "closed" as const, label: t("sheet.map") },
    { value: "rail" as const, label: t("sheet.rail") },
    { value: "inspector" as const, label: t("sheet.inspector") },
  ];
  const choose = (value: "closed" | "rail" | "inspector") => {
    sheet.value = value;
  };
  return <Choice name={t("sheet.title")} value={sheet.value} options={options} onChoose={choose} class="sheet-tabs" />;
}

async function open(): Promise<void> {
  opened.value = "opening";
  signedOut.value = false;
  const wanted = parseAddress(window.location.hash);
  let there: boolean | null = null;
  try {
    there = await openFirst(wanted.plan, wanted.compare?.with);
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof Refusal)) throw error;
  }
  restoreOnPlan(wanted);
  const now = plan.peek();
  if (there === false && now) news.value = t("plans.not_there", { name: wanted.plan ?? "", title: now.title });
  const reached = there !== null && known(session.now.peek()) && known(plans.now.peek());
  opened.value = signedOut.peek() ? "signed_out" : reached ? "open" : "failed";
}

let lastAbout = { view: "", edits: 0 };

/**
 * Read about the plan what is another with each plan, revision, language of the server's sentences, and day, on which
 * exceptions run out; of one that was edited what that touched.
 */
function about(name: string | undefined, edits: number, at: number | undefined, spoken: string): void {
  const view = `${name} ${at} ${spoken} ${new Date().toDateString()}`;
  if (!name || (view === lastAbout.view && edits === lastAbout.edits)) return;
  const same = view === lastAbout.view;
  lastAbout = { view, edits };
  if (same) void renewAbout(name);
  else loadAbout(name);
}

/** What colleagues did last to the plan that is open, until it is shown. */
const unseen = signal<FeedEvent | null>(null);

/** A colleague's edit of this plan shows without a reload, and so does a decision on its gaps; one's own edit is known. */
function colleaguesDid(events: FeedEvent[]): void {
  const now = plan.peek();
  if (!now) return;
  const edits = events.filter((each) => !each.decision && each.plan === now.name && each.revision > now.revision);
  unseen.value = edits.at(-1) ?? unseen.peek();
  const decided = events.flatMap(({ by, decision }) => {
    if (!decision) return [];
    const own = isMine(by) && isDecidedHere(decision.gap_id);
    return own || decision.jurisdiction !== now.jurisdiction ? [] : [decision.community_code];
  });
  if (decided.length) decidedIn(now.name, decided);
}

const isMine = (by: string): boolean => by === known(session.now.peek())?.name;

async function showNews(last: FeedEvent): Promise<void> {
  try {
    await refreshPlan();
  } catch (error) {
    if (!passes(error)) tell(error);
    return; // it is asked for again when the server answers
  }
  if (unseen.peek() === last) unseen.value = null;
  if (plan.peek()?.name !== last.plan) return;
  landed.value += 1;
  if (!isMine(last.by)) news.value = t("done.colleague", { name: last.by, revision: last.revision });
}
