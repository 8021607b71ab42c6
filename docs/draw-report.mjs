// Draws docs/report.png: the first screen of a real report on simulated records. Needs Chromium (CHROMIUM_PATH).
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { simulatedPage } from "../dist/studies/simulated-desk.js";
import { palettePng } from "./palette-png.mjs";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const picture = join(import.meta.dirname, "report.png");
const mostBytes = 150_000;
/** A repository's page shows it at about this width. */
const width = 940;

const folder = await mkdtemp(join(tmpdir(), "report-"));
const page = join(folder, "report.html");
await writeFile(page, await simulatedPage());
const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-lcd-text"],
});
try {
  const view = await browser.newPage({
    viewport: { width, height: 1_200 },
    deviceScaleFactor: 1.6,
    colorScheme: "light",
  });
  await view.goto(pathToFileURL(page).href);
  // Seen alone, the picture must not pass for a measurement.
  await view
    .locator(".kicker span")
    .last()
    .evaluate((element) => {
      element.textContent = element.textContent.replace("recorded", "simulated");
    });
  // Up to the end of the chart; below it are the folded details.
  const { y, height } = await view.locator(".summary").boundingBox();
  const shot = await view.screenshot({ clip: { x: 0, y: 0, width, height: Math.ceil(y + height + 16) } });
  const pixels = await pixelsOf(browser, shot.toString("base64"));
  const png = palettePng(Buffer.from(pixels.rgba, "base64"), pixels.width, pixels.height);
  if (png.length > mostBytes) throw new Error(`the picture has ${png.length} bytes, more than ${mostBytes}`);
  await writeFile(picture, png);
  console.log(`${picture}: ${png.length} bytes`);
} finally {
  await browser.close();
  await rm(folder, { recursive: true });
}

/** Lets the browser decode its screenshot. */
async function pixelsOf(browser, png) {
  const view = await browser.newPage();
  return view.evaluate(async (png) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    let text = "";
    for (let at = 0; at < data.length; at += 8_192)
      text += String.fromCharCode(...data.subarray(at, at + 8_192));
    return { width: image.width, height: image.height, rgba: btoa(text) };
  }, png);
}
