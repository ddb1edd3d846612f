// A planner at work, in Chromium and with the keyboard alone: signs in, finds the latest report of an
// area, reads its heading, takes the workbook, is refused another area's, and signs out.
//
// usage: node .ci/browser_test.mjs POPULACE RELEASES ISSUER FOLDER CHROMIUM, where RELEASES is a folder
// of releases, ISSUER the provider of .ci/oidc_server.mjs, and FOLDER/node_modules has puppeteer-core
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { launch, newestFirst, serve } from './served.mjs';

const [populace, releases, issuer, folder, chromium] = process.argv.slice(2);
const puppeteer = createRequire(path.resolve(folder, 'x.js'))('puppeteer-core');

function check(holds, what) {
  if (!holds) throw new Error(`failed: ${what}`);
  console.log(`  ${what}`);
}

const [newest, before] = newestFirst(releases);

/** The newest release's reports: name and, for those of one area, its code. */
function newestReports() {
  const files = readdirSync(path.join(releases, newest));
  return files.filter((name) => name.endsWith('.xlsx')).map((name) => {
    const stem = name.slice(0, -'.xlsx'.length);
    const area = stem.match(/^(.*)-([A-Z0-9]+)$/);
    return area ? { report: area[1], area: area[2], stem } : { report: stem, area: null, stem };
  });
}

/** Presses Tab until what has the focus fits; nothing is clicked. */
async function tabTo(page, what, fits, ...args) {
  for (let presses = 0; presses < 2000; presses += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(fits, ...args)) return;
  }
  throw new Error(`failed: ${what} cannot be reached with the keyboard`);
}

async function enter(page) {
  const gone = page.waitForNavigation({ waitUntil: 'load' });
  await page.keyboard.press('Enter');
  return gone;
}

const all = newestReports();
const ofAreas = all.filter(({ area }) => area);
const own = ofAreas[0] ?? all[0];
const other = ofAreas.find(({ area }) => area !== own.area) ?? all.find(({ stem }) => stem !== own.stem);
const address = ({ report, area }) => (area ? `${report}/${area}` : report);

const downloadsIn = (work) => path.join(work, 'downloads.jsonl');
const { site, work, ready, stop } = await serve(populace, releases, (at) => `
sign_in = "oidc"
oidc = { issuer = "${issuer}", client_id = "populace", redirect = "${at.site}/sign-in/callback" }
download_log = ${JSON.stringify(downloadsIn(at.work))}

[serve.roles.planner]
areas = ["${own.area ?? 'whole'}"]
reports = ["${own.area ? '*' : own.report}"]
`);
let browser;
try {
  await ready();
  browser = await launch(puppeteer, chromium, work);
  const page = await browser.newPage();
  const session = await browser.target().createCDPSession();
  await session.send('Browser.setDownloadBehavior', {
    behavior: 'allow', downloadPath: work, eventsEnabled: true,
  });
  const taken = new Promise((resolve) => {
    session.on('Browser.downloadProgress', ({ state }) => state === 'completed' && resolve());
  });

  await page.goto(`${site}/`);
  check(page.url().startsWith(issuer), 'a planner who is not signed in is led to the provider');
  const hasName = () => document.activeElement?.getAttribute('name') === 'login';
  if (!await page.evaluate(hasName)) await tabTo(page, 'the name', hasName);
  await page.keyboard.type('planner-7');
  await page.keyboard.press('Tab');
  await page.keyboard.type('any');
  await enter(page);
  const asksConsent = () => document.body.innerText.includes('Continue') && location.pathname.startsWith('/interaction/');
  if (await page.evaluate(asksConsent)) {
    await tabTo(page, 'the consent', () => document.activeElement?.tagName === 'BUTTON');
    await enter(page);
  }
  check(page.url() === `${site}/`, 'the planner is back on the first page');

  const faults = [];
  page.on('console', (said) => said.type() === 'error' && faults.push(said.text()));
  page.on('request', (asked) => {
    const from = new URL(asked.url());
    if (from.origin !== site && from.protocol !== 'data:') faults.push(`a request to ${from.origin}`);
  });
  await page.reload();

  const leadsTo = (ends) => document.activeElement?.getAttribute('href')?.endsWith(ends);
  if (own.area) {
    await tabTo(page, 'the area', leadsTo, `/areas/${own.area}`);
    await enter(page);
  }
  const latest = `/${address(own)}`;
  await tabTo(page, 'the latest report', leadsTo, latest);
  await enter(page);
  const heading = await page.$eval('h1', (h1) => h1.innerText);
  check(heading.length > 3, `the latest report has a heading: ${heading}`);
  await tabTo(page, 'the workbook', leadsTo, `${own.stem}.xlsx`);
  await page.keyboard.press('Enter');
  await taken;
  const workbook = readFileSync(path.join(work, `${own.stem}.xlsx`));
  check(workbook.subarray(0, 2).toString() === 'PK', 'the workbook was taken');
  const line = JSON.parse(readFileSync(downloadsIn(work), 'utf8').trim().split('\n').at(-1));
  check(line.subject === 'planner-7' && line.file === `${own.stem}.xlsx`, 'and that was written down');
  if (before) {
    const changes = await page.goto(`${site}/changes?from=${before}&to=${newest}`);
    check(changes.status() === 200, 'what changed since the release before is shown');
  }
  check(faults.length === 0, `the pages ask nobody else, and nothing is refused to them ${faults.join('; ')}`);

  if (other) {
    const refused = await page.goto(`${site}/latest/${address(other)}`);
    check(refused.status() === 403, `the report of another is refused: ${address(other)}`);
  }
  await page.goto(`${site}/sign-out`);
  await tabTo(page, 'the button', () => document.activeElement?.tagName === 'BUTTON');
  await enter(page);
  check((await page.$eval('h1', (h1) => h1.innerText)) === 'You are signed out', 'the planner signs out');
  const cookies = await page.cookies(site);
  check(!cookies.some(({ name }) => name === '__Host-populace-session'), 'and the session is gone');
} finally {
  await browser?.close();
  check(await stop() === 0, 'the server ends in order');
}
