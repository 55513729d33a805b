const WIDTH = 20;

/** Tasks in layers of twenty; each waits for three of the layer before. */
export function layers(count: number): { readonly id: string; readonly dependencies: readonly string[] }[] {
  return Array.from({ length: count }, (_, n) => {
    const layer = Math.floor(n / WIDTH);
    const places = layer === 0 ? [] : [n % WIDTH, (n + 1) % WIDTH, (n + 7) % WIDTH];
    return { id: `t${n}`, dependencies: places.map((place) => `t${(layer - 1) * WIDTH + place}`) };
  });
}
