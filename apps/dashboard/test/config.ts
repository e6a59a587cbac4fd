/** Program of the browser; `scripts/e2e.mjs` finds it. */
export const CHROMIUM = process.env['VERIMETER_CHROMIUM'] ?? '/usr/bin/chromium';
