import axe from 'axe-core';
import type { Page } from 'playwright-core';

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** Violations of axe's rules (WCAG 2.2 A and AA, and its best practices) in the page as it is shown now. */
async function violations(page: Page): Promise<string[]> {
  // Evaluated through the debugger, so that the content security policy of the page stays as it is.
  await page.evaluate(axe.source);
  const found = await page.evaluate(async (): Promise<readonly Violation[]> => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- defined by the script above
    const { axe: run } = globalThis as unknown as {
      readonly axe: { run: () => Promise<{ violations: readonly Violation[] }> };
    };
    const result = await run.run();
    return result.violations;
  });
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
  );
}

/** Texts that do not fit the box they stand in and are cut there, and tables without headers of columns. */
function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>('body *')) {
      const own = [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && (node.textContent ?? '').trim() !== '',
      );
      if (!own || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
        continue;
      const style = getComputedStyle(element);
      const hidden = style.overflowX === 'hidden' || style.overflowX === 'clip';
      // Text for screen readers alone is clipped to nothing on purpose.
      if (!hidden || element.clientWidth <= 1) continue;
      if (element.scrollWidth > element.clientWidth + 1)
        faults.push(`text is cut: ${element.outerHTML.slice(0, 160)}`);
    }
    for (const table of document.querySelectorAll('table:not(.u-legend)'))
      if (table.querySelector('th[scope=col]') === null)
        faults.push(`no column headers: ${table.outerHTML.slice(0, 160)}`);
    return faults;
  });
}

/** What assistive technology or a reader would trip over. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  return [...(await violations(page)), ...(await cutTexts(page))];
}
