import { Copy, GitCompareArrows, Link2, MoreHorizontal, Trash2, Unlink } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { ArtifactDetail } from "@/api/contract";
import { copyText } from "@/lib/copy-text";
import { artifactPath } from "@/lib/paths";
import { AskDialog } from "@/ui/ask-dialog";
import { Field, Input } from "@/ui/field";
import { FormProblem } from "@/ui/form";
import { IconButton } from "@/ui/icon-button";
import { Menu, MenuItem, MenuLink, MenuSeparator } from "@/ui/menu";
import { toast } from "@/ui/toast";
import { useDeleteVersion, useLinkVersion, useRefreshArtifacts } from "../edits";
import type { VersionRef } from "../queries";
import { fullName } from "./names";

type Question = "link" | "delete";

/** What can be done with a version. */
export function VersionActions({ place, version }: { place: VersionRef; version: ArtifactDetail }) {
  const { t } = useTranslation();
  const [question, setQuestion] = useState<Question | null>(null);
  const name = fullName(version);
  const copy = async () => {
    if (await copyText(name)) toast.good(t("artifacts.edit.copied", { text: name }));
    else toast.bad(t("common.copyFailed"));
  };
  const base = artifactPath(place.entity, place.project, place.type, place.collection, version.version);
  const linked = version.kind === "portfolio";
  return (
    <>
      <Menu trigger={<IconButton label={t("artifacts.edit.more")} icon={<MoreHorizontal aria-hidden />} />}>
        <MenuItem icon={<Copy aria-hidden />} onSelect={() => void copy()}>
          {t("artifacts.edit.copyName")}
        </MenuItem>
        <MenuLink icon={<GitCompareArrows aria-hidden />} to={`${base}/compare`}>
          {t("artifacts.compareWith")}
        </MenuLink>
        {/* who reads a version may link it to a collection of theirs */}
        {version.state === "COMMITTED" && (
          <MenuItem icon={<Link2 aria-hidden />} onSelect={() => setQuestion("link")}>
            {t("artifacts.edit.link")}
          </MenuItem>
        )}
        {version.canWrite && (
          <>
            <MenuSeparator />
            <MenuItem
              icon={linked ? <Unlink aria-hidden /> : <Trash2 aria-hidden />}
              danger
              onSelect={() => setQuestion("delete")}
            >
              {linked ? t("artifacts.edit.unlink") : t("artifacts.edit.deleteVersion")}
            </MenuItem>
          </>
        )}
      </Menu>
      {question === "link" && <AskLink place={place} version={version} onClose={() => setQuestion(null)} />}
      {question === "delete" && <AskDelete place={place} version={version} onClose={() => setQuestion(null)} />}
    </>
  );
}

interface AskProps {
  place: VersionRef;
  version: ArtifactDetail;
  onClose: () => void;
}

function AskLink({ place, version, onClose }: AskProps) {
  const { t } = useTranslation();
  const { mutateAsync } = useLinkVersion(place);
  const short = `${version.collection}:${version.version}`;
  return (
    <AskDialog
      title={t("artifacts.edit.linkTitle", { name: short })}
      text={t("artifacts.edit.linkText")}
      action={t("artifacts.edit.linkAction")}
      onClose={onClose}
      onSend={async ({ collection = "", project = "", aliases = "" }) => {
        const parts = project.split("/").map((part) => part.trim());
        if (parts.length !== 2 || parts.some((part) => part === ""))
          throw new FormProblem(t("artifacts.edit.linkProjectHint"));
        await mutateAsync({
          collection: collection.trim(),
          entity: parts[0] ?? "",
          project: parts[1] ?? "",
          aliases: aliases.split(",").flatMap((one) => one.trim() || []),
        });
        toast.good(t("artifacts.edit.linked", { name: short, collection: collection.trim() }));
      }}
    >
      <Field label={t("artifacts.edit.linkCollection")}>
        {(control) => <Input {...control} name="collection" maxLength={128} required autoFocus autoComplete="off" />}
      </Field>
      <Field label={t("artifacts.edit.linkProject")} hint={t("artifacts.edit.linkProjectHint")}>
        {(control) => <Input {...control} name="project" defaultValue={`${place.entity}/${place.project}`} required />}
      </Field>
      <Field label={t("artifacts.edit.linkAliases")} hint={t("artifacts.edit.linkAliasesHint")}>
        {(control) => <Input {...control} name="aliases" autoComplete="off" />}
      </Field>
    </AskDialog>
  );
}

/** A linked version is taken out of its collection; one of its own is deleted for everybody. */
function AskDelete({ place, version, onClose }: AskProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { mutateAsync } = useDeleteVersion(place);
  const refresh = useRefreshArtifacts(place);
  const name = `${version.collection}:${version.version}`;
  const leave = async (news: string) => {
    toast.good(news);
    await navigate(artifactPath(place.entity, place.project, place.type, place.collection), { replace: true });
    // only now: the page of what is gone would ask for it again
    void refresh();
  };
  if (version.kind === "portfolio")
    return (
      <AskDialog
        title={t("artifacts.edit.unlinkTitle", { name })}
        text={t("artifacts.edit.unlinkText")}
        action={t("artifacts.edit.unlink")}
        danger
        onClose={onClose}
        onSend={async () => {
          await mutateAsync({ withAliases: true });
          await leave(t("artifacts.edit.unlinked", { name }));
        }}
      />
    );
  const names = [...version.aliases, ...version.places.flatMap(({ aliases }) => aliases)];
  return (
    <AskDialog
      title={t("artifacts.edit.deleteTitle", { name })}
      text={
        <>
          {t("artifacts.edit.deleteText")}{" "}
          {names.length > 0 && t("artifacts.edit.deleteAliases", { count: names.length, names: names.join(", ") })}{" "}
          {version.aliases.includes("latest") && t("artifacts.edit.deleteLatest")}
        </>
      }
      action={t("artifacts.edit.deleteVersion")}
      danger
      confirmName={name}
      onClose={onClose}
      onSend={async () => {
        await mutateAsync({ withAliases: names.length > 0 });
        await leave(t("artifacts.edit.removed", { name }));
      }}
    />
  );
}
