// Whether the page is to show a published file in place of a server's plans.

/** The file that the page is to show in place of a server's plans; null: none. It is in the page, or in ?tiles=. */
export function publishedFile(page: Document, address: Location): string | null {
  const told = page.querySelector<HTMLMetaElement>('meta[name="onegrid-tiles"]')?.content;
  const asked = new URLSearchParams(address.search).get("tiles");
  const file = asked ?? told;
  return file ? new URL(file, address.href).href : null;
}
