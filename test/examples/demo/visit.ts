import type { Browser, BrowserContextOptions, Page } from "playwright-core";

/** A page that was opened, and what it did that it should not. */
export interface Visit {
  readonly page: Page;
  /** What it wrote to the console, and errors nobody caught. */
  readonly complaints: readonly string[];
  /** Requests to other origins. */
  readonly strayRequests: readonly string[];
  close(): Promise<void>;
}

/**
 * Opens the demo as somebody who was never there, and waits until its models answer. Without the service worker, which
 * would fetch every picture of the shop anew for each visit, unless `serviceWorkers` is "allow".
 */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    serviceWorkers: "block",
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const strayRequests: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  context.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) strayRequests.push(request.url());
  });
  await page.goto(url);
  await modelsReady(page);
  return { page, complaints, strayRequests, close: () => context.close() };
}

/** Waits until both exported models are offered and something is recommended. */
export async function modelsReady(page: Page): Promise<void> {
  await page.locator('#models input[value="LightGCN"]').waitFor({ state: "attached" });
  await page.locator('#models input[value="KSI"]').waitFor({ state: "attached" });
  await page.locator("#picks li").first().waitFor();
}

/** A property of everything that a selector finds. */
export function propertiesOf(page: Page, selector: string, property: string): Promise<string[]> {
  const found = `document.querySelectorAll(${JSON.stringify(selector)})`;
  return page.evaluate<string[]>(`Array.from(${found}, (one) => String(one.${property}))`);
}

/** What is recommended, best first. */
export async function picksOf(page: Page): Promise<number[]> {
  return (await propertiesOf(page, "#picks li", "dataset.item")).map(Number);
}

/** Waits until something holds; the page's policy forbids to have the page itself evaluate texts until it does. */
export async function eventually(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`This did not come about within 15 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Does something and gives what is recommended after the list has changed because of it. */
export async function picksAfter(page: Page, act: () => Promise<unknown>): Promise<number[]> {
  const before = (await picksOf(page)).join();
  await act();
  await eventually(async () => (await picksOf(page)).join() !== before, "other recommendations");
  return picksOf(page);
}

/** Waits until these are recommended. */
export async function recommended(page: Page, picks: readonly number[]): Promise<void> {
  await eventually(async () => (await picksOf(page)).join() === picks.join(), `recommending ${picks.join()}`);
}

/** Waits until the service worker has everything that a visit without a connection needs. */
export async function keptOffline(page: Page): Promise<void> {
  await page.locator('html[data-offline="ready"]').waitFor({ state: "attached" });
}

/** Chooses a model as one does with a mouse. */
export async function chooseModel(page: Page, name: string): Promise<void> {
  await page.locator(`#models label[data-model="${name}"]`).click();
}
