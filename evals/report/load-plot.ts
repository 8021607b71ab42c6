import { escapeHtml } from "../../src/plugin/escape-html.ts";
import { Markup } from "./html.ts";

/** Mark of a plot, opaque. */
type Mark = object;
type MarkOf = (data: Iterable<unknown>, options?: object) => Mark;

/** Part of @observablehq/plot that is used. Its own types need those of a browser and of d3. */
interface PlotLibrary {
  plot(options: object): {
    readonly outerHTML: string;
    querySelectorAll(selector: string): Iterable<{ removeAttribute(name: string): void }>;
  };
  readonly areaY: MarkOf;
  readonly dot: MarkOf;
  readonly line: MarkOf;
  readonly rectY: MarkOf;
  readonly ruleX: MarkOf;
  readonly ruleY: MarkOf;
  readonly text: MarkOf;
}

export interface PlotMaker {
  /** Functions that make marks. */
  readonly marks: Omit<PlotLibrary, "plot">;
  /** Draws the plot as inline SVG; `label` describes it for screen readers. */
  readonly draw: (label: string, options: object) => Markup;
}

/** Loads the plotting library with a document to draw in, which takes about a fifth of a second. */
export async function loadPlot(): Promise<PlotMaker> {
  const [library, dom] = await Promise.all([
    import(import.meta.resolve("@observablehq/plot")) as Promise<PlotLibrary>,
    import(import.meta.resolve("linkedom")) as Promise<{ parseHTML(html: string): { document: object } }>,
  ]);
  const { document } = dom.parseHTML("<html></html>");
  return {
    marks: library,
    draw(label, options) {
      const svg = library.plot({ document, style: { fontSize: "12px" }, ...options });
      // It is one image with a label; labels of its parts would only confuse a screen reader.
      for (const part of svg.querySelectorAll("g[aria-label]")) part.removeAttribute("aria-label");
      // In attributes, the library leaves "<" as it is.
      return new Markup(
        svg.outerHTML.replace("<svg", () => `<svg role="img" aria-label="${escapeHtml(label)}"`),
      );
    },
  };
}
