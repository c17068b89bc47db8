import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Debian, Ubuntu and Fedora put it; `CHROMIUM` names another. */
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/lib64/chromium-browser/chromium-browser',
];

/** Headless Chromium that talks to nobody but the page's server. WebGL comes from SwiftShader where there is no GPU. */
export function launchBrowser(): Promise<Browser> {
  const places = [process.env.CHROMIUM, ...PLACES].filter((place) => place !== undefined);
  const executablePath = places.find((place) => existsSync(place));
  if (!executablePath) throw new Error(`no Chromium at ${places.join(', ')}: install it, or name it in CHROMIUM`);
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--enable-unsafe-swiftshader',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
