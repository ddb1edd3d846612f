// Looks with axe at four reports of the newest release and at five pages of `populace serve`, each as wide as a
// desk and as a telephone: nothing that axe calls a violation may be there.
//
// usage: node .ci/axe_test.mjs POPULACE RELEASES FOLDER CHROMIUM, where RELEASES is a folder of releases, and
// FOLDER/node_modules has puppeteer-core and axe-core
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { launch, newestFirst, serve } from './served.mjs';

const [populace, releases, folder, chromium] = process.argv.slice(2);
const require = createRequire(path.resolve(folder, 'x.js'));
const puppeteer = require('puppeteer-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const REPORTS = ['urgent_and_emergency_care', 'inequalities', 'demand_outlook', 'population_profile'];
const PAGES = ['/', '/areas', '/search?q=emergency', '/releases', '/about'];
const WIDTHS = [1280, 375];

const [newest] = newestFirst(releases);
const { site, work, ready, stop } = await serve(populace, releases);
const faults = [];
let browser;
try {
  await ready();
  browser = await launch(puppeteer, chromium, work);
  const page = await browser.newPage();
  // The pages allow no script but their own, and axe is one.
  await page.setBypassCSP(true);
  const files = REPORTS.map((report) => pathToFileURL(path.resolve(releases, newest, `${report}.html`)).href);
  for (const address of [...files, ...PAGES.map((shown) => site + shown)]) {
    for (const width of WIDTHS) {
      await page.setViewport({ width, height: 900 });
      await page.goto(address, { waitUntil: 'load' });
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run());
      const name = path.basename(address) || '/';
      for (const { id, help, nodes } of violations) {
        faults.push(`${name} at ${width}: ${id}, ${help} (${nodes.length}): ${nodes[0].html.slice(0, 160)}`);
      }
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) faults.push(`${name} at ${width}: it is ${over} pixels wider than the screen`);
    }
  }
} finally {
  await browser?.close();
  await stop();
}
for (const fault of faults) console.error(`failed: ${fault}`);
if (faults.length > 0) process.exit(1);
console.log(`  axe finds nothing on ${REPORTS.length} reports and ${PAGES.length} pages, at ${WIDTHS.join(' and ')} pixels`);
