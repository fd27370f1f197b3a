// The first visit: the tour is offered at the foot of the map, in the way of nothing.

import type { JSX } from "preact";
import { Button } from "../parts/controls";
import { endTour, startTour, touring } from "../state/touring";
import { t } from "../words";

export function Welcome(): JSX.Element | null {
  if (touring.value !== "offered") return null;
  return (
    <section class="welcome" aria-label={t("tour.title")}>
      <p>{t("tour.offer")}</p>
      <Button kind="primary" onClick={startTour}>
        {t("tour.start")}
      </Button>
      <Button kind="quiet" icon="cross" label={t("tour.not_now")} onClick={endTour} />
    </section>
  );
}
