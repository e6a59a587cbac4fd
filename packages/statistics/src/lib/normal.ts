const SQRT_2PI = Math.sqrt(2 * Math.PI);

/** Density of N(0,1). */
export function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / SQRT_2PI;
}

/** exp(-x^2 / 2) for x in steps of 1/16 up to where it is nothing. */
const COARSE = Float64Array.from({ length: 16 * 39 }, (_, k) => {
  const x = k / 16;
  return Math.exp(-0.5 * x * x);
});

/**
 * P(Z <= z), Z ~ N(0,1), to a few ulp in the lower tail too, down to the smallest double (z = -38.5). W. J. Cody,
 * "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969), in the form for the normal
 * distribution of ACM algorithm 715 (ANORM).
 */
export function normalCdf(z: number): number {
  const x = Math.abs(z);
  if (x <= 0.67448975) return 0.5 + z * centralRatio(z * z);
  if (!(x < 38.6)) return z > 0 ? 1 : z < 0 ? 0 : NaN;
  // exp(-x^2/2) with x^2 split, so that the rounding of x^2 is not magnified by x^2/2.
  const step = Math.trunc(x * 16);
  const coarse = step / 16;
  const e = (COARSE[step] as number) * Math.exp(-0.5 * (x - coarse) * (x + coarse));
  const tail = e * (x <= 5.65685424949238 ? middleRatio(x) : farRatio(x));
  return z > 0 ? 1 - tail : tail;
}

function centralRatio(s: number): number {
  let a = 0.06568233791820745 * s + 2.2352520354606837;
  a = a * s + 161.02823106855587;
  a = a * s + 1067.6894854603709;
  a = a * s + 18154.98125334356;
  let b = s + 47.202581904688245;
  b = b * s + 976.0985517377767;
  b = b * s + 10260.932208618979;
  b = b * s + 45507.78933502673;
  return a / b;
}

function middleRatio(x: number): number {
  let c = 1.0765576773720192e-8 * x + 0.39894151208813466;
  c = c * x + 8.883149794388377;
  c = c * x + 93.50665613217785;
  c = c * x + 597.2702763948002;
  c = c * x + 2494.5375852903726;
  c = c * x + 6848.190450536283;
  c = c * x + 11602.65143764735;
  c = c * x + 9842.714838383978;
  let d = x + 22.266688044328117;
  d = d * x + 235.387901782625;
  d = d * x + 1519.3775994075547;
  d = d * x + 6485.558298266761;
  d = d * x + 18615.571640885097;
  d = d * x + 34900.95272114598;
  d = d * x + 38912.00328609327;
  d = d * x + 19685.429676859992;
  return c / d;
}

function farRatio(x: number): number {
  const s = 1 / (x * x);
  let p = 0.023073441764940174 * s + 0.215898534057957;
  p = p * s + 0.12740116116024736;
  p = p * s + 0.022235277870649807;
  p = p * s + 0.0014216191932278934;
  p = p * s + 2.9112874951168793e-5;
  let q = s + 1.284260096144911;
  q = q * s + 0.4682382124808651;
  q = q * s + 0.06598813786892856;
  q = q * s + 0.0037823963320275824;
  q = q * s + 7.297515550839662e-5;
  return (1 / SQRT_2PI - (s * p) / q) / x;
}

/**
 * z with P(Z <= z) = probability, Z ~ N(0,1); relative error about 1e-15. M. J. Wichura, "Algorithm AS 241: the
 * percentage points of the normal distribution", Applied Statistics 37 (1988), PPND16.
 */
export function normalQuantile(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) return NaN;
  const q = probability - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    let a = 2509.0809287301227 * r + 33430.57558358813;
    a = a * r + 67265.7709270087;
    a = a * r + 45921.95393154987;
    a = a * r + 13731.69376550946;
    a = a * r + 1971.5909503065513;
    a = a * r + 133.14166789178438;
    a = a * r + 3.3871328727963665;
    let b = 5226.495278852546 * r + 28729.085735721943;
    b = b * r + 39307.89580009271;
    b = b * r + 21213.794301586597;
    b = b * r + 5394.196021424751;
    b = b * r + 687.1870074920579;
    b = b * r + 42.31333070160091;
    b = b * r + 1;
    return (q * a) / b;
  }
  const tail = q < 0 ? probability : 1 - probability;
  if (tail === 0) return q < 0 ? -Infinity : Infinity;
  const root = Math.sqrt(-Math.log(tail));
  const z = root <= 5 ? outerRatio(root - 1.6) : extremeRatio(root - 5);
  return q < 0 ? -z : z;
}

function outerRatio(r: number): number {
  let a = 0.0007745450142783414 * r + 0.022723844989269184;
  a = a * r + 0.2417807251774506;
  a = a * r + 1.2704582524523684;
  a = a * r + 3.6478483247632045;
  a = a * r + 5.769497221460691;
  a = a * r + 4.630337846156546;
  a = a * r + 1.4234371107496835;
  let b = 1.0507500716444169e-9 * r + 0.0005475938084995345;
  b = b * r + 0.015198666563616457;
  b = b * r + 0.14810397642748008;
  b = b * r + 0.6897673349851;
  b = b * r + 1.6763848301838038;
  b = b * r + 2.053191626637759;
  b = b * r + 1;
  return a / b;
}

function extremeRatio(r: number): number {
  let a = 2.0103343992922881e-7 * r + 2.7115555687434876e-5;
  a = a * r + 0.0012426609473880784;
  a = a * r + 0.026532189526576124;
  a = a * r + 0.29656057182850487;
  a = a * r + 1.7848265399172913;
  a = a * r + 5.463784911164114;
  a = a * r + 6.657904643501103;
  let b = 2.0442631033899397e-15 * r + 1.421511758316446e-7;
  b = b * r + 1.8463183175100548e-5;
  b = b * r + 0.0007868691311456133;
  b = b * r + 0.014875361290850615;
  b = b * r + 0.1369298809227358;
  b = b * r + 0.599832206555888;
  b = b * r + 1;
  return a / b;
}
