import { Check, Copy } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { copyText } from "@/lib/copy-text";
import { Button } from "./button";
import { IconButton } from "./icon-button";
import { toast } from "./toast";

const SHOWN_MS = 1600;

/** Copies `text` and says so. With `label` a full button, without it an icon. */
export function CopyButton({ text, label, name }: { text: string; label?: string; name?: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const copy = async () => {
    if (!(await copyText(text))) {
      toast.bad(t("common.copyFailed"));
      return;
    }
    setCopied(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setCopied(false), SHOWN_MS);
  };

  const icon = copied ? <Check aria-hidden /> : <Copy aria-hidden />;
  const word = copied ? t("common.copied") : (label ?? name ?? t("common.copy"));
  if (label === undefined) return <IconButton label={word} icon={icon} onClick={copy} />;
  return (
    <Button icon={icon} onClick={copy}>
      {word}
    </Button>
  );
}
