/** Suites in a browser, skipped by name on a machine without one. */
import { describe } from 'mocha';
import { hasChromium } from './browser.ts';

export function describePages(name: string, suite: () => void): void {
  if (hasChromium) describe(name, suite);
  else describe.skip(`${name}: HCL_CHROMIUM names no Chromium`, suite);
}
