import { escapeHtml } from "./escape-html.ts";
import { Markup } from "./html.ts";

/** A mark of a plot, opaque. */
type Mark = object;
type MarkOf = (data: Iterable<unknown>, options?: object) => Mark;

/** What is used of @observablehq/plot. Its own types need those of a browser and of d3. */
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
  /** Makes marks. */
  readonly marks: Omit<PlotLibrary, "plot">;
  /** The plot as inline SVG; `label` says for those who do not see it what it shows. */
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
      // It is one image with a label; those of its parts are for nobody.
      for (const part of svg.querySelectorAll("g[aria-label]")) part.removeAttribute("aria-label");
      // In attributes, the library leaves "<" as it is.
      return new Markup(
        svg.outerHTML.replace("<svg", () => `<svg role="img" aria-label="${escapeHtml(label)}"`),
      );
    },
  };
}
