/** Position of data on a plot with linear scales, in pixels. */
export interface PlotFrame {
  readonly width: number;
  readonly height: number;
  readonly marginTop: number;
  readonly marginRight: number;
  readonly marginBottom: number;
  readonly marginLeft: number;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

export interface Position {
  readonly x: number;
  readonly y: number;
}

export function toPixels({ x, y, ...frame }: PlotFrame, at: Position): Position {
  const { left, right, top, bottom } = edgesOf(frame);
  return {
    x: left + ((at.x - x[0]) / (x[1] - x[0])) * (right - left),
    y: bottom - ((at.y - y[0]) / (y[1] - y[0])) * (bottom - top),
  };
}

export function fromPixels({ x, y, ...frame }: PlotFrame, at: Position): Position {
  const { left, right, top, bottom } = edgesOf(frame);
  return {
    x: x[0] + ((at.x - left) / (right - left)) * (x[1] - x[0]),
    y: y[0] + ((bottom - at.y) / (bottom - top)) * (y[1] - y[0]),
  };
}

export interface Edges {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Box within the margins. */
export function edgesOf(frame: Omit<PlotFrame, "x" | "y">): Edges {
  return {
    left: frame.marginLeft,
    right: frame.width - frame.marginRight,
    top: frame.marginTop,
    bottom: frame.height - frame.marginBottom,
  };
}

/** Range of some numbers, widened at both ends. Never empty. */
export function paddedRange(values: readonly number[], padding: number): readonly [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const extra = high > low ? padding * (high - low) : Math.max(0.5, Math.abs(low) * padding);
  return [low - extra, high + extra];
}
