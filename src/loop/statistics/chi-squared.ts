/**
 * Returns the probability that a chi-squared variable with `degrees` of freedom is at least `value`: the regularised
 * upper incomplete gamma function Q(degrees / 2, value / 2), by its series below the mean and by Lentz's continued
 * fraction above it. `degrees` is a whole number of at least 1.
 */
export function chiSquaredTail(value: number, degrees: number): number {
  if (value <= 0) return 1;
  const [a, x] = [degrees / 2, value / 2];
  const front = Math.exp(a * Math.log(x) - x - logGamma(degrees));
  return x < a + 1 ? 1 - front * lowerSeries(a, x) : front * upperFraction(a, x);
}

/** Returns the value that a chi-squared variable reaches with a probability of `tail`, in (0, 1). */
export function chiSquaredQuantile(tail: number, degrees: number): number {
  let [low, high] = [0, degrees];
  while (chiSquaredTail(high, degrees) > tail) high *= 2;
  for (let step = 0; step < halvings; step += 1) {
    const middle = (low + high) / 2;
    if (chiSquaredTail(middle, degrees) > tail) low = middle;
    else high = middle;
  }
  return high;
}

const halvings = 60;
const mostTerms = 500;
const precision = 1e-15;
const tiny = 1e-300;

function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let at = 1; at <= mostTerms && term > sum * precision; at += 1) {
    term *= x / (a + at);
    sum += term;
  }
  return sum;
}

function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let product = d;
  for (let at = 1; at <= mostTerms; at += 1) {
    const factor = -at * (at - a);
    b += 2;
    d = 1 / (factor * d + b || tiny);
    c = b + factor / c || tiny;
    product *= d * c;
    if (Math.abs(d * c - 1) < precision) break;
  }
  return product;
}

/** Logarithm of the gamma function at half of a whole number, from Γ(1) = 1 or Γ(1/2) = √π upwards. */
function logGamma(halves: number): number {
  const isEven = halves % 2 === 0;
  let log = isEven ? 0 : Math.log(Math.PI) / 2;
  for (let at = isEven ? 1 : 0.5; at < halves / 2; at += 1) log += Math.log(at);
  return log;
}
