import { Field, Input } from "./field";

// a century
const DAYS_MAX = 36_500;

/** A whole number of days, in a form's `days`. */
export const DaysField = ({ label, defaultDays }: { label: string; defaultDays: number }) => (
  <Field label={label}>
    {(control) => (
      <Input
        {...control}
        name="days"
        type="number"
        min={1}
        max={DAYS_MAX}
        step={1}
        required
        defaultValue={defaultDays}
      />
    )}
  </Field>
);
