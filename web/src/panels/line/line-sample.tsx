/** A short piece of a line as it is drawn in charts. */
export const LineSample = ({ color, dash }: { color: string; dash: readonly number[] }) => (
  <svg width="14" height="8" aria-hidden style={{ flex: "none" }}>
    <line
      x1="0"
      y1="4"
      x2="14"
      y2="4"
      stroke={color}
      strokeWidth="2"
      {...(dash.length > 0 && { strokeDasharray: dash.join(" ") })}
    />
  </svg>
);
