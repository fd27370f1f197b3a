// The inspector: a grid, a gap, the history, or what a plan changes.

import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { landed } from "../edits/door";
import { Blank, Skeleton, Tabs } from "../parts/controls";
import { known } from "../state/loading";
import { asOf, decided, grid, history, other, planName } from "../state/plans";
import { filter, floats, type InspectorTab, selectedCode, selectGrid, selection, tab } from "../state/view";
import { language, t } from "../words";
import { count } from "../words/figures";
import { BoxList } from "./box_list";
import { Changes } from "./changes";
import { GapDetails } from "./gap_details";
import { GridDetails } from "./grid_details";
import { History } from "./history";

/** Keep the grid's details to the selection, and to what edits make of it. */
export const followSelection = (): (() => void) =>
  effect(() => {
    const code = selectedCode.value;
    const name = planName.value;
    landed.value;
    decided.value;
    asOf.value;
    language.value;
    if (code && name) void grid.load({ name, code });
    else grid.clear();
  });

export function Inspector(): JSX.Element | null {
  const entries = known(history.now.value)?.length ?? 0;
  const tabs: { value: InspectorTab; label: JSX.Element }[] = [
    { value: "details", label: <>{t("inspector.details")}</> },
    {
      value: "history",
      label: (
        <>
          {t("inspector.history")} <output>{entries ? count(entries) : ""}</output>
        </>
      ),
    },
    ...(filter.value.bounds && !floats.value ? [{ value: "box" as const, label: <>{t("inspector.box")}</> }] : []),
    ...(other.value ? [{ value: "changes" as const, label: <>{t("inspector.changes")}</> }] : []),
  ];
  const choose = (value: InspectorTab) => {
    tab.value = value;
  };
  if (floats.value && selection.value.type === "none" && tab.value === "details") return null;
  return (
    <aside class="inspector" aria-label={t("inspector.title")}>
      <Tabs name={t("inspector.title")} value={tab.value} tabs={tabs} onChoose={choose}>
        {tab.value === "details" && <Details />}
        {tab.value === "history" && <History />}
        {tab.value === "changes" && <Changes />}
        {tab.value === "box" && <BoxList />}
      </Tabs>
    </aside>
  );
}

function Details(): JSX.Element {
  const chosen = selection.value;
  if (chosen.type === "none") return <Blank>{t("inspector.empty")}</Blank>;
  if (chosen.type === "gap") return <GapDetails id={chosen.id} />;
  const loaded = grid.now.value;
  const detail = known(loaded);
  if (loaded.state === "failed" && !detail) {
    return <Blank action={{ label: t("inspector.close"), onClick: () => selectGrid(null) }}>{t("failed.grid")}</Blank>;
  }
  if (!detail) return <Skeleton lines={10} />;
  return <GridDetails detail={detail} />;
}
