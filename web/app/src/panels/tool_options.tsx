// How the open tool works, where there is a choice: it stands below the hint.

import type { JSX } from "preact";
import { Choice } from "../parts/controls";
import { openTool } from "../tools";
import type { PaintBy } from "../tools/painted";
import { paintBy } from "../tools/reassign";
import { t } from "../words";

export function ToolOptions(): JSX.Element | null {
  return openTool.value === "reassign" ? <PaintOptions /> : null;
}

function PaintOptions(): JSX.Element {
  const options = [
    { value: "face" as const, label: t("paint.face") },
    {
      value: "unit" as const,
      label: (
        <>
          {t("paint.unit")} <kbd>U</kbd>
        </>
      ),
    },
  ];
  const choose = (by: PaintBy) => {
    paintBy.value = by;
  };
  return (
    <div class="tool-options">
      <Choice name={t("paint.by")} value={paintBy.value} options={options} onChoose={choose} />
    </div>
  );
}
