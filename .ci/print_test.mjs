// Prints each report of the newest release with Chromium, reads the PDF, and checks what a reader of paper needs:
// tables that are whole, or have their headings on each page; headings with what they are of; charts in one piece;
// definitions and names of files; and no more paper than it takes.
//
// usage: node .ci/print_test.mjs RELEASES FOLDER CHROMIUM, where RELEASES is a folder of releases, and
// FOLDER/node_modules has puppeteer-core and pdfjs-dist
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { newestFirst } from './served.mjs';

const [releases, folder, chromium] = process.argv.slice(2);
const require = createRequire(path.resolve(folder, 'x.js'));
const puppeteer = require('puppeteer-core');
const pdfjs = await import(pathToFileURL(require.resolve('pdfjs-dist/legacy/build/pdf.mjs')));

// Rows that the style sheet keeps on one page.
const KEPT = 15;
// Letters by which a heading is known; a longer one may take two lines.
const LONG = 24;

const [newest] = newestFirst(releases);
const reports = readdirSync(path.join(releases, newest)).filter((name) => /^[a-z_]+\.html$/.test(name));
const faults = [];
let checks = 0;
function check(holds, what) {
  checks += 1;
  if (!holds) faults.push(what);
}

/** Letters alone: a PDF has no spaces, but places. */
const bare = (text) => text.replace(/\s+/g, '');

/** The lines of each page from the top, with all of its letters. */
async function pages(bytes) {
  const document = await pdfjs.getDocument({ data: new Uint8Array(bytes), verbosity: 0 }).promise;
  const all = [];
  for (let number = 1; number <= document.numPages; number += 1) {
    const { items } = await (await document.getPage(number)).getTextContent();
    const words = items.filter((item) => item.str.trim()).map((item) => (
      { text: bare(item.str), x: item.transform[4], y: item.transform[5] }));
    words.sort((a, b) => b.y - a.y || a.x - b.x);
    const lines = [];
    for (const word of words) {
      const last = lines.at(-1);
      if (last && Math.abs(last.y - word.y) < 1.5) last.words.push(word);
      else lines.push({ y: word.y, words: [word] });
    }
    for (const line of lines) line.text = line.words.sort((a, b) => a.x - b.x).map(({ text }) => text).join('');
    all.push({ lines, text: bare(items.map((item) => item.str).join('')) });
  }
  return all;
}

/** What the page has, as its reader sees it in print. */
const shown = () => {
  const visible = (element) => element.getClientRects().length > 0;
  const texts = (of, selector) => [...of.querySelectorAll(selector)].map((one) => one.textContent.trim());
  return {
    sections: [...document.querySelectorAll('main section[id]')].map((section) => ({
      heading: section.querySelector('h2').textContent,
      definition: section.querySelector('h2 + p').textContent,
      headings: texts(section, '.scroll > table thead tr:last-child th'),
      rows: [...section.querySelectorAll('.scroll > table tbody tr')].map((row) => texts(row, 'th, td')),
      charts: [...section.querySelectorAll('figure svg[role=img]')].filter(visible)
        .map((chart) => texts(chart, 'text').filter((text) => text)),
      file: section.querySelector('a[href$=".csv"]').getAttribute('href'),
    })),
    headings: [...document.querySelectorAll('h2, h3')].filter(visible).map((heading) => heading.textContent),
  };
};

function checkSection(report, section, printed) {
  const of = `${report}, ${section.heading}`;
  // Below its caption, which has the words of the heading: a chart, or another table, may have the same row.
  const start = bare(section.heading).slice(0, LONG);
  const named = printed.flatMap(({ lines }, page) => lines.flatMap(({ text }, line) => (
    text.startsWith(start) ? [{ page, line }] : [])));
  check(named.length > 1, `${of}: there is no heading and caption`);
  const { page: from, line: after } = named[1] ?? { page: 0, line: 0 };
  const found = section.rows.map((row) => {
    const text = bare(row.join(''));
    return printed.findIndex(({ lines }, page) => page >= from
      && lines.some((line, at) => line.text === text && (page > from || at > after)));
  });
  const on = [...new Set(found.filter((page) => page >= 0))];
  if (section.rows.length <= KEPT) check(on.length <= 1, `${of}: the table is divided between pages`);
  for (const page of on) {
    const rows = section.rows.filter((_, at) => found[at] === page).map((row) => bare(row.join('')));
    const top = page === from ? after : 0;
    const first = printed[page].lines.findIndex(({ text }, at) => at >= top && rows.includes(text));
    const above = printed[page].lines.slice(top, first).map(({ text }) => text).join('');
    for (const word of section.headings.flatMap((heading) => heading.split(/\s+/))) {
      check(above.includes(word), `${of}: page ${page + 1} has rows without the heading "${word}"`);
    }
  }
  for (const chart of section.charts) {
    const whole = printed.some(({ text }) => chart.every((words) => text.includes(bare(words))));
    check(whole, `${of}: a chart is cut`);
  }
  const all = printed.map(({ text }) => text).join('');
  check(all.includes(bare(section.definition)), `${of}: the definition is not printed`);
  check(all.includes(section.file), `${of}: the name of the file is not printed`);
  return found.filter((page) => page >= 0).length;
}

const work = mkdtempSync(path.join(os.tmpdir(), 'populace-print-'));
const browser = await puppeteer.launch({
  executablePath: chromium,
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
  userDataDir: path.join(work, 'profile'),
});
try {
  let [rows, read, divided] = [0, 0, 0];
  for (const report of reports) {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(path.resolve(releases, newest, report)).href);
    await page.emulateMediaType('print');
    const { sections, headings } = await page.evaluate(shown);
    const printed = await pages(await page.pdf({ format: 'A4', printBackground: true }));
    for (const section of sections) {
      rows += section.rows.length;
      read += checkSection(report, section, printed);
      divided += section.rows.length > KEPT ? 1 : 0;
    }
    for (const heading of headings) {
      const start = bare(heading).slice(0, LONG);
      const begins = (text) => (start.length < LONG ? text === start : text.startsWith(start));
      for (const [at, { lines }] of printed.entries()) {
        const line = lines.findIndex(({ text }) => begins(text));
        if (line >= 0) check(lines.length > line + 1, `${report}: "${heading}" stands alone at the foot of page ${at + 1}`);
      }
    }
    const most = 3 + Math.ceil(1.25 * sections.length);
    check(printed.length <= most, `${report}: ${printed.length} pages for ${sections.length} tables`);
    check(!printed.some(({ text }) => text.includes('Foranalysts')), `${report}: a list that is folded is printed`);
    await page.close();
  }
  check(reports.length > 0 && divided > 0, 'there is a report with a long table');
  // Rows with a label of several lines are not found: most are of one.
  check(read > 0.8 * rows, `only ${read} of ${rows} rows are found in print`);
  for (const fault of faults) console.error(`failed: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
  else console.log(`  ${reports.length} reports: ${checks} checks, ${read} of ${rows} rows found`);
} finally {
  await browser.close();
  rmSync(work, { recursive: true, force: true });
}
