// @ts-check
/** The browser of this machine, started so that it talks to nobody but its parent. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { devtoolsPipe } from './devtools-pipe.js';

/** @import { DevTools } from './devtools-pipe.js' */

/** Milliseconds. */
const LONGEST_END = 2000;

/** Names another. */
const VARIABLE = 'CHROMIUM';

/** As packages of Linux distributions call Chromium and what is built of it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];

/** Where the other systems have them. */
const APPLICATIONS = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
const PROGRAMS = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'];

/** Nothing is asked of any network, and no page is held back since nobody looks at it. */
const FLAGS = [
  ...['--headless', '--remote-debugging-pipe', '--no-first-run', '--no-default-browser-check', '--disable-extensions'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-default-apps'],
  ...['--host-resolver-rules=MAP * ~NOTFOUND', '--disable-dev-shm-usage', '--mute-audio'],
  ...['--disable-background-timer-throttling', '--disable-renderer-backgrounding'],
  // Where there is no graphics processor; the report says which renderer it was.
  '--enable-unsafe-swiftshader',
];

/**
 * The program of the browser.
 * @param {NodeJS.ProcessEnv} env
 * @param {NodeJS.Platform} platform
 * @param {(file: string) => boolean} isThere
 * @returns {string}
 * @throws {Error} that says what was looked for
 */
export function findChromium(env = process.env, platform = process.platform, isThere = existsSync) {
  const named = env[VARIABLE];
  if (named) {
    if (isThere(named)) return named;
    throw new Error(`${named}, which the variable ${VARIABLE} names, is not there`);
  }
  const found = placesOf(env, platform).find(isThere);
  if (found) return found;
  const names = platform === 'darwin' ? APPLICATIONS : platform === 'win32' ? PROGRAMS : NAMES;
  throw new Error(`no browser was found: looked for ${names.join(', ')}; the variable ${VARIABLE} names another`);
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {NodeJS.Platform} platform
 * @returns {string[]}
 */
function placesOf(env, platform) {
  if (platform === 'darwin') return APPLICATIONS.map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
  if (platform === 'win32') {
    const folders = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].flatMap((folder) => folder ?? []);
    return PROGRAMS.flatMap((name) => folders.map((folder) => `${folder}\\${name}`));
  }
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
}

/**
 * @typedef {object} Chromium a browser that runs, with a profile of its own
 * @property {DevTools} devtools
 * @property {string} folder for files that its pages are given; it goes with the browser
 * @property {Promise<string>} ended why it is gone, when it is
 * @property {() => Promise<void>} close ends it at once, with all of its processes, and removes what it wrote
 */

/** @returns {Chromium} */
export function startChromium() {
  const program = findChromium();
  const folder = mkdtempSync(join(tmpdir(), 'mobileone-browser-'));
  // Chromium's sandbox does not start for root.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const child = spawn(program, [...FLAGS, ...sandbox, `--user-data-dir=${join(folder, 'profile')}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    // A group of its own, which can be ended as a whole.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-2000);
  });
  const exited = new Promise((resolve) => child.on('exit', resolve));
  /** @type {Promise<string>} */
  const ended = new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(`the browser ended with ${signal ?? code}${lastLine(said)}`));
  });
  const [, , , input, output] = child.stdio;
  if (!(input instanceof Socket && output instanceof Socket)) throw new Error('a browser without pipes');
  const devtools = devtoolsPipe(input, output, ended);
  return { devtools, folder, ended, close };

  async function close() {
    try {
      if (child.pid !== undefined) process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
    // Until it is gone it may write on; what it started may hold its pipes for longer.
    await Promise.race([exited, wait(LONGEST_END)]);
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }).catch(() => {});
  }
}

/** @param {string} text */
function lastLine(text) {
  const line = text.trim().split('\n').at(-1);
  return line ? `: ${line}` : '';
}
