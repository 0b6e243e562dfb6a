/** Pictures have more points than a code needs: what is larger is made smaller before it is read. */
export function scaledTo(
  longestSide: number,
  { height, width }: { readonly height: number; readonly width: number },
): ImageBitmapOptions | undefined {
  const scale = longestSide / Math.max(width, height);
  if (scale >= 1) return undefined;
  return {
    resizeWidth: Math.round(width * scale),
    resizeHeight: Math.round(height * scale),
    resizeQuality: 'high',
  };
}
