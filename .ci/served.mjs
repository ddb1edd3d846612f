// `populace serve` over a folder of releases, and a Chromium to look at it with: for the tests in a browser.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';

/** The names of releases in a folder, the newest first. */
export const newestFirst = (releases) => (
  readdirSync(releases).filter((id) => /^\d{4}-\d{2}-\d{2}-/.test(id)).sort().reverse());

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

/**
 * Starts the server over releases, with what `settings({ site, work })` adds to its section. Its `ready` waits for
 * it; its `stop` ends it, removes the folder `work` and gives the exit code.
 */
export async function serve(populace, releases, settings = () => '') {
  const work = mkdtempSync(path.join(os.tmpdir(), 'populace-serve-'));
  const port = await freePort();
  const site = `http://127.0.0.1:${port}`;
  const pipeline = path.join(work, 'serve.toml');
  writeFileSync(pipeline, `
[releases]
url = ${JSON.stringify(path.resolve(releases))}

[serve]
listen = "127.0.0.1:${port}"
show = "all"
${settings({ site, work })}
`);
  const server = spawn(populace, ['--pipeline', pipeline, 'serve'], { stdio: 'inherit' });
  const ended = new Promise((resolve) => server.on('exit', (code) => resolve(code)));
  async function ready() {
    for (let tries = 0; ; tries += 1) {
      if (await fetch(`${site}/readyz`).then((answer) => answer.ok, () => false)) return;
      if (tries > 100) throw new Error('failed: the server does not become ready');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  async function stop() {
    server.kill('SIGTERM');
    const code = await ended;
    rmSync(work, { recursive: true, force: true });
    return code;
  }
  return { site, work, ready, stop };
}

/** A Chromium of its own, with its profile in the folder `work`. */
export const launch = (puppeteer, chromium, work) => puppeteer.launch({
  executablePath: chromium,
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
  userDataDir: path.join(work, 'profile'),
});
