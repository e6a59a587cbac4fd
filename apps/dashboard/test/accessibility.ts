// The function below is sent to the browser as text: nothing of it may stand outside.
/* oxlint-disable unicorn/consistent-function-scoping */
import type { Page } from 'playwright-core';

/**
 * What assistive technology would trip over: controls and pictures without a name, ids used twice, skipped heading
 * levels, missing landmarks, text with too little contrast (WCAG 2.2 AA, 1.4.3).
 */
export function accessibilityFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const visible = (element: Element): boolean =>
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    const describe = (element: Element): string => element.outerHTML.slice(0, 120);

    for (const control of document.querySelectorAll('a[href], button, input, select, textarea')) {
      const labelled = control instanceof HTMLAnchorElement ? undefined : control;
      const labels =
        labelled instanceof HTMLElement &&
        'labels' in labelled &&
        labelled.labels instanceof NodeList
          ? [...labelled.labels]
          : [];
      const name =
        control.getAttribute('aria-label') ??
        [...labels.map((label) => label.textContent), control.textContent].join('');
      if (name.trim() === '') faults.push(`no name: ${describe(control)}`);
    }
    for (const picture of document.querySelectorAll('[role=img], img'))
      if ((picture.getAttribute('aria-label') ?? picture.getAttribute('alt') ?? '') === '')
        faults.push(`no name: ${describe(picture)}`);
    for (const drawing of document.querySelectorAll('svg:not([role])'))
      if (drawing.getAttribute('aria-hidden') !== 'true')
        faults.push(`neither named nor hidden: ${describe(drawing)}`);

    const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
    for (const id of new Set(ids))
      if (ids.filter((other) => other === id).length > 1) faults.push(`id used twice: ${id}`);

    if (document.querySelectorAll('h1').length !== 1) faults.push('not exactly one h1');
    let level = 0;
    for (const heading of document.querySelectorAll('h1, h2, h3, h4')) {
      const next = Number(heading.tagName.slice(1));
      if (next > level + 1) faults.push(`heading level skipped: ${describe(heading)}`);
      level = next;
    }
    for (const landmark of ['header', 'nav', 'main'])
      if (document.querySelector(landmark) === null) faults.push(`no ${landmark}`);
    if (document.documentElement.lang === '') faults.push('no language');
    for (const table of document.querySelectorAll('table:not(.u-legend)'))
      if (table.querySelector('th[scope=col]') === null)
        faults.push(`no column headers: ${describe(table)}`);

    const channels = (color: string): number[] =>
      (/rgba?\(([^)]+)\)/.exec(color)?.[1] ?? '').split(/[ ,/]+/).map(Number);
    const luminance = (rgb: readonly number[]): number => {
      const [red = 0, green = 0, blue = 0] = rgb.map((value) => {
        const share = value / 255;
        return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const backgroundOf = (element: Element): number[] => {
      for (let at: Element | null = element; at !== null; at = at.parentElement) {
        const rgba = channels(getComputedStyle(at).backgroundColor);
        if (rgba.length === 3 || (rgba[3] ?? 0) === 1) return rgba.slice(0, 3);
      }
      return [255, 255, 255];
    };
    for (const element of document.querySelectorAll('body *')) {
      const own = [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && (node.textContent ?? '').trim() !== '',
      );
      const style = getComputedStyle(element);
      const size = Number.parseFloat(style.fontSize);
      if (!own || size === 0 || !visible(element)) continue;
      const [light = 0, dark = 0] = [
        luminance(channels(style.color).slice(0, 3)),
        luminance(backgroundOf(element)),
      ].toSorted((a, b) => b - a);
      const contrast = (light + 0.05) / (dark + 0.05);
      const enough = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
      if (contrast < enough) faults.push(`contrast ${contrast.toFixed(2)}: ${describe(element)}`);
    }
    return faults;
  });
}
