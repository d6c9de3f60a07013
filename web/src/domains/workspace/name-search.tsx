import { Regex } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Input } from "@/ui/field";
import { IconButton } from "@/ui/icon-button";
import { useShortcut } from "@/ui/shortcuts";

export interface Search {
  text: string;
  regex: boolean;
}

interface NameSearchProps {
  search: Search;
  onSearch: (search: Search) => void;
  label: string;
  /** the key that leads here, and what it is said to do */
  shortcut: readonly [key: string, description: string];
  /** the text is no regular expression */
  invalid: boolean;
  className?: string | undefined;
}

/** A field that finds by name, and a switch that makes its text a regular expression. Escape empties it. */
export function NameSearch({ search, onSearch, label, shortcut, invalid, className = "" }: NameSearchProps) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  useShortcut(...shortcut, () => input.current?.focus());
  return (
    <>
      <Input
        ref={input}
        type="search"
        className={className}
        value={search.text}
        placeholder={label}
        aria-label={label}
        aria-invalid={invalid || undefined}
        title={invalid ? t("workspace.runs.badRegex") : undefined}
        onChange={(event) => onSearch({ ...search, text: event.target.value })}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          onSearch({ ...search, text: "" });
          event.currentTarget.blur();
        }}
      />
      <IconButton
        label={t("workspace.runs.regex")}
        icon={<Regex aria-hidden />}
        aria-pressed={search.regex}
        onClick={() => onSearch({ ...search, regex: !search.regex })}
      />
    </>
  );
}
