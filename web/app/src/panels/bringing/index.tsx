// From files to a draft, step by step, beside the map, which shows what was brought.

import type { Position } from "geojson";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Bounds, Refusal, Unreachable } from "../../api";
import { readOutlines } from "../../api/uploads";
import { Button } from "../../parts/controls";
import { built, discard, failure, found, resume, said, upload } from "../../state/uploads";
import { t } from "../../words";
import { closeBringing } from "../bring";
import { fitTo, view } from "../map_stage";
import { Building } from "./building";
import { Files } from "./files";
import { Layers } from "./layers";
import "../../look/figures.css";
import "../../look/bringing.css";

const STEPS = ["files", "layers", "build"] as const;
type Step = (typeof STEPS)[number];

export function Bringing(): JSX.Element {
  const [step, setStep] = useState<Step>("files");
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
    void resume().then(() => setStep(built.peek() ? "build" : "files"));
    return () => draw([]);
  }, []);
  useEffect(() => {
    const drawing = new AbortController();
    void outline(step, drawing.signal);
    return () => drawing.abort();
  }, [step, upload.value, said.value]);
  const possible = { files: true, layers: found.value.length > 0, build: found.value.length > 0 };
  return (
    <section class="bringing" aria-label={t("bring.title")}>
      <header>
        <h2 ref={heading} tabIndex={-1}>
          {t("bring.title")}
        </h2>
        <Button kind="quiet" onClick={() => void discard().then(closeBringing)}>
          {t("bring.discard")}
        </Button>
        <Button icon="cross" kind="quiet" label={t("bring.close")} onClick={closeBringing} />
      </header>
      <ol class="steps">
        {STEPS.map((each, row) => (
          <li key={each}>
            <button
              type="button"
              aria-current={each === step ? "step" : undefined}
              disabled={!possible[each]}
              onClick={() => setStep(each)}
            >
              <b>{row + 1}</b> {t(`bring.step.${each}`)}
            </button>
          </li>
        ))}
      </ol>
      {failure.value && (
        <p class="refusal" role="alert">
          {failure.value}
        </p>
      )}
      {step === "files" && <Files onDone={() => setStep("layers")} />}
      {step === "layers" && <Layers onDone={() => setStep("build")} />}
      {step === "build" && <Building onDone={closeBringing} onBack={() => setStep("layers")} />}
    </section>
  );
}

/** Show on the map what was brought, as far as it says where it lies; or what was built of it. */
async function outline(step: Step, drawing: AbortSignal): Promise<void> {
  const now = upload.peek();
  if (!now || now.job?.state === "running" || now.job?.kind === "plan") return; // a plan shows itself
  const rows = found.peek().flatMap((each, row) => (each.outlined && said.peek()[row]?.layer ? [row] : []));
  const wanted = step === "build" && built.peek() ? (["grids"] as const) : rows;
  const drawn = await Promise.all(wanted.map((which) => outlineOf(now.id, which, drawing)));
  if (drawing.aborted) return;
  draw(drawn.flat());
  fitTo(around(found.peek().flatMap((each) => (each.extent ? [each.extent as Bounds] : []))));
}

/** One layer's; without it the others are drawn. */
async function outlineOf(id: string, which: number | "grids", drawing: AbortSignal): Promise<GeoJSON.Feature[]> {
  try {
    return (await readOutlines(id, which, drawing)).features;
  } catch (error) {
    if (drawing.aborted || error instanceof Refusal || error instanceof Unreachable) return [];
    throw error;
  }
}

const draw = (features: GeoJSON.Feature[]): void =>
  view.peek()?.sketch("area", { type: "FeatureCollection", features });

function around(boxes: readonly Bounds[]): Bounds | null {
  if (boxes.length === 0) return null;
  const corners: Position[] = boxes.flatMap(([west, south, east, north]) => [
    [west, south],
    [east, north],
  ]);
  const of = (axis: number) => corners.map((corner) => corner[axis] ?? 0);
  return [Math.min(...of(0)), Math.min(...of(1)), Math.max(...of(0)), Math.max(...of(1))];
}
