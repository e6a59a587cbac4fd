/** Program of the browser; `scripts/e2e.mjs` finds it. */
export const CHROMIUM = process.env['VERIMETER_CHROMIUM'] ?? '/usr/bin/chromium';
/** Directory for pictures of pages to look at; none are taken without it. */
export const PICTURES = process.env['VERIMETER_PICTURES'];
