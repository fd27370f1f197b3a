// What legends draw beside their words: the colour or hatch of a class, the mark of an overlay.

import type { JSX } from "preact";
import { HATCH, LEDGER_INKS, OUTLINES, type Overlay } from "../map/tokens";

export function Swatch({ colour }: { colour: string }): JSX.Element {
  if (colour === HATCH) return <i class="swatch hatched" aria-hidden="true" />;
  return <i class="swatch" aria-hidden="true" style={{ background: colour }} />;
}

export function Mark({ overlay }: { overlay: Overlay }): JSX.Element {
  const [group, name = ""] = overlay.split(/_(.*)/);
  if (group === "gaps")
    return (
      <i class={`swatch ${name}`} aria-hidden="true" style={{ color: LEDGER_INKS[name as keyof typeof LEDGER_INKS] }} />
    );
  if (group === "units")
    return <i class={`line ${name}`} aria-hidden="true" style={{ color: OUTLINES[name as keyof typeof OUTLINES] }} />;
  return <i class={`mark ${overlay}`} aria-hidden="true" />;
}
