/** A point of the drawing grid: 100 by 100 units, y down, whatever the picture's size in pixels. */
export type Point = readonly [number, number];

/** A region as its signed distance in grid units: negative inside, positive outside. */
export type Shape = (x: number, y: number) => number;

export function ellipse(cx: number, cy: number, rx: number, ry: number): Shape {
  return (x, y) => {
    const inner = Math.hypot((x - cx) / rx, (y - cy) / ry);
    const outer = Math.hypot((x - cx) / (rx * rx), (y - cy) / (ry * ry));
    return outer === 0 ? -Math.min(rx, ry) : (inner * (inner - 1)) / outer;
  };
}

/** A box by centre and half extents, with rounded corners. */
export function box(cx: number, cy: number, halfWidth: number, halfHeight: number, radius = 0): Shape {
  return (x, y) => {
    const dx = Math.abs(x - cx) - halfWidth + radius;
    const dy = Math.abs(y - cy) - halfHeight + radius;
    return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - radius;
  };
}

/** Squared, as a root for every segment of an outline would take most of the drawing's time. */
function squaredDistanceToSegment(x: number, y: number, a: Point, b: Point): number {
  // By index: taken apart as lists, the points would cost more than the arithmetic.
  const ax = a[0];
  const ay = a[1];
  const ex = b[0] - ax;
  const ey = b[1] - ay;
  const length = ex * ex + ey * ey;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * ex + (y - ay) * ey) / length));
  const dx = x - ax - along * ex;
  const dy = y - ay - along * ey;
  return dx * dx + dy * dy;
}

/** A closed polygon, even-odd inside, its outline grown by `radius` so that corners are round. */
export function polygon(points: readonly Point[], radius = 0): Shape {
  return (x, y) => {
    let squared = Infinity;
    let inside = false;
    let previous = points[points.length - 1]!;
    for (const point of points) {
      squared = Math.min(squared, squaredDistanceToSegment(x, y, previous, point));
      const crosses = point[1] > y !== previous[1] > y;
      if (crosses && x < ((previous[0] - point[0]) * (y - point[1])) / (previous[1] - point[1]) + point[0]) {
        inside = !inside;
      }
      previous = point;
    }
    const distance = Math.sqrt(squared);
    return (inside ? -distance : distance) - radius;
  };
}

/** A closed smooth outline through the points (Catmull-Rom, five chords between two points). */
export function blob(points: readonly Point[]): Shape {
  const chords = 5;
  const outline: Point[] = [];
  const at = (index: number): Point => points[(index + points.length) % points.length]!;
  for (let index = 0; index < points.length; index += 1) {
    const [a, b, c, d] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
    for (let chord = 0; chord < chords; chord += 1) {
      const t = chord / chords;
      const blend = (axis: 0 | 1): number =>
        0.5 *
        (2 * b[axis] +
          (c[axis] - a[axis]) * t +
          (2 * a[axis] - 5 * b[axis] + 4 * c[axis] - d[axis]) * t * t +
          (3 * b[axis] - a[axis] - 3 * c[axis] + d[axis]) * t * t * t);
      outline.push([blend(0), blend(1)]);
    }
  }
  return polygon(outline);
}

/** An open polyline drawn with a round pen. */
export function stroke(points: readonly Point[], width: number): Shape {
  return (x, y) => {
    let squared = Infinity;
    for (let index = 1; index < points.length; index += 1) {
      squared = Math.min(squared, squaredDistanceToSegment(x, y, points[index - 1]!, points[index]!));
    }
    return Math.sqrt(squared) - width / 2;
  };
}

/** The outline of a shape drawn with a pen of this width. */
export function outlineOf(shape: Shape, width: number): Shape {
  return (x, y) => Math.abs(shape(x, y)) - width / 2;
}

export function union(...shapes: readonly Shape[]): Shape {
  return (x, y) => {
    let distance = Infinity;
    for (const shape of shapes) distance = Math.min(distance, shape(x, y));
    return distance;
  };
}

export function intersection(left: Shape, right: Shape): Shape {
  return (x, y) => Math.max(left(x, y), right(x, y));
}

export function difference(left: Shape, right: Shape): Shape {
  return (x, y) => Math.max(left(x, y), -right(x, y));
}

/** The shape turned clockwise about a point. */
export function rotated(shape: Shape, [cx, cy]: Point, degrees: number): Shape {
  const cos = Math.cos((degrees * Math.PI) / 180);
  const sin = Math.sin((degrees * Math.PI) / 180);
  return (x, y) => shape(cx + (x - cx) * cos + (y - cy) * sin, cy - (x - cx) * sin + (y - cy) * cos);
}
