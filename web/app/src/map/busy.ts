// Whether the map has what it shows: said by the box of the map, for who looks on and for who waits for it.

import type { MapLibreMap } from "maplibre-gl";

const LOOK_MS = 150;

/**
 * The box of a map is busy until all tiles of the view are there and drawn; returns what to call where tiles are read
 * again, of which the library says nothing. Nor does it say that the last of them came and is as it was: nothing is
 * drawn for that, and only a frame finds the map idle. So while it is busy, a frame is asked for once all are there.
 */
export function sayBusy(map: MapLibreMap): () => void {
  let looking = 0;
  const say = (busy: boolean) => map.getContainer().setAttribute("aria-busy", String(busy));
  const rest = () => {
    window.clearInterval(looking);
    looking = 0;
  };
  const begin = () => {
    say(true);
    looking ||= window.setInterval(() => {
      if (map.areTilesLoaded()) map.triggerRepaint();
    }, LOOK_MS);
  };
  begin();
  map.on("dataloading", begin);
  map.on("idle", () => {
    rest();
    say(false);
  });
  map.on("remove", rest);
  return begin;
}
