// What can wait until the first map is drawn: pages of lists beyond the first, libraries that a tool needs later.

const LONGEST_MS = 5_000;

let said: () => void = () => {};

/** Settles once the first map stands still, or nothing of it was heard for long, as where it can't be drawn. */
const drawn = new Promise<void>((done) => {
  said = done;
});

/** Say that the map stands still with its tiles drawn. */
export const mapDrawn = (): void => said();

export const afterFirstMap = (): Promise<void> =>
  Promise.race([drawn, new Promise<void>((done) => window.setTimeout(done, LONGEST_MS))]);
