// Bringing layers through the browser: opened from the menu of plans, fetched when it is first wanted.

import { signal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";

const panel = signal<ComponentType | null>(null);
const open = signal(false);

export async function openBringing(): Promise<void> {
  panel.value ??= (await import("./bringing")).Bringing;
  open.value = true;
}

export const closeBringing = (): void => {
  open.value = false;
};

export function BringingPlace(): JSX.Element | null {
  const Bringing = panel.value;
  return open.value && Bringing ? <Bringing /> : null;
}
