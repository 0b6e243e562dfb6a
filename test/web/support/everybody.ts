/** WCAG 2.1 AA by axe, and no sideways scrolling: what each screen is held to. */
import axe from 'axe-core';
import { expect } from 'chai';
import type { Page } from 'playwright-core';

/** The narrowest screen that there is to be held to (WCAG 2.1, 1.4.10). */
export const NARROW = { width: 320, height: 640 } as const;

/** Before any screen is looked at. */
export async function loadAxe(page: Page): Promise<void> {
  await page.evaluate(axe.source);
}

export async function violations(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as { readonly axe: typeof axe };
    const { violations: found } = await checker.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],
    });
    return found.flatMap(({ help, nodes }) =>
      nodes.map(
        ({ html, failureSummary }) => `${help}: ${html.slice(0, 120)} ${failureSummary?.slice(0, 160)}`,
      ),
    );
  });
}

export async function expectNarrow(page: Page, screen: string): Promise<void> {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width, `${screen} is too wide`).to.be.at.most(NARROW.width);
}
