import { useQuery } from "@tanstack/react-query";
import { ChevronsUpDown } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Picker } from "@/ui/picker";
import { Popover } from "@/ui/popover";
import { type CollectionRef, versionsQuery } from "../queries";

const SHOWN = 50;

interface VersionPickerProps {
  place: CollectionRef;
  /** the number shown on the button, "v3" */
  current: string;
  label: string;
  onPick: (version: string) => void;
}

/** A version's number as a button that opens the list of its neighbours. */
export function VersionPicker({ place, current, label, onPick }: VersionPickerProps) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label={label}
      trigger={
        <Button size="small" aria-label={`${label}: ${current}`}>
          {current}
          <ChevronsUpDown aria-hidden />
        </Button>
      }
    >
      <Choices
        place={place}
        current={current}
        onPick={(version) => {
          setOpen(false);
          onPick(version);
        }}
      />
    </Popover>
  );
}

function Choices({ place, current, onPick }: Pick<VersionPickerProps, "place" | "current" | "onPick">) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  const find = useDeferredValue(query);
  const { data } = useQuery(versionsQuery(place, { find, offset: 0, limit: SHOWN }));
  return (
    <Picker
      label={t("artifacts.chooseFind")}
      query={query}
      onQuery={setQuery}
      options={(data?.rows ?? []).map(({ version, aliases }) => ({
        id: version,
        label: version,
        hint: aliases.join(", "),
      }))}
      current={current}
      empty={data ? t("artifacts.chooseNone") : t("common.loading")}
      onPick={({ id }) => onPick(id)}
    />
  );
}
