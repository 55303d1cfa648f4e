import { square, sumAll, type Axes, type Scalar, type Tensor } from "../../src/index.js";

/** ‖x‖². */
export const sumOfSquares = <A extends Axes>(x: Tensor<A>): Scalar => sumAll(square(x));
