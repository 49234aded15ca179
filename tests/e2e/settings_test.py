"""Settings of a workspace: what is given holds or is refused, by every way in; what an error
advises works."""

import csv
import io

import grpc

import mini_server
import client as wire
from strata.v1 import setting_pb2, workspace_service_pb2
from google.protobuf import field_mask_pb2


def settings():
    """Of each setting its path, its field and its line in the contract, in the contract's order."""
    for field in workspace_service_pb2.Workspace.DESCRIPTOR.fields:
        inner = field.message_type.fields if field.message_type else []
        for path, at in [(field.name, field), *((f"{field.name}.{i.name}", i) for i in inner)]:
            options = at.GetOptions()
            if options.HasExtension(setting_pb2.setting):
                yield path, at, options.Extensions[setting_pb2.setting]


def is_number(field):
    return field.cpp_type in (field.CPPTYPE_INT32, field.CPPTYPE_INT64)


NUMBERS = [(path, field, line) for path, field, line in settings() if is_number(field)]


def column(path, line):
    return line.flag.replace("-", "_") if "." in path else path


def message(path, value):
    """A Workspace that says this setting and nothing else."""
    workspace = workspace_service_pb2.Workspace()
    holder = workspace
    *rule, name = path.split(".")
    if rule:
        holder = getattr(workspace, rule[0])
    setattr(holder, name, value)
    return workspace


class Settings(mini_server.ServerTest):
    def cli(self, *args):
        return mini_server.run_cli(*args, server=self.server.address)

    def update(self, name, path, value):
        """What UpdateWorkspace by this path makes of it; its RichError where it refuses."""
        workspace = message(path, value)
        workspace.workspace = name
        with wire.rich_errors():
            answer = self.client.workspaces.UpdateWorkspace(
                workspace_service_pb2.UpdateWorkspaceRequest(
                    workspace=workspace, update_mask=field_mask_pb2.FieldMask(paths=[path])),
                timeout=30).workspace
        for part in path.split("."):
            answer = getattr(answer, part)
        return answer

    def shown(self, name, path, line):
        [row] = csv.DictReader(io.StringIO(self.cli("workspace", "show", name, "-o", "csv").out))
        return row[column(path, line)]

    def test_zero_holds_or_is_refused_with_the_range(self):
        zero_holds = {path for path, _, line in NUMBERS if line.least == 0}
        self.assertIn("loyalty_rule.vip_units", zero_holds)
        self.assertNotIn("inactivity_days", zero_holds)
        for number, (path, _, line) in enumerate(NUMBERS):
            with self.subTest(path):
                # A share above another one has to go down with it.
                name = f"zero-{number}"
                self.assertEqual(self.cli("workspace", "create", name, "--strategic-share-bp", "0",
                                          "--abc-a-share-bp", "1").status, 0)
                updated = self.cli("workspace", "update", name, "--" + line.flag, "0")
                created = self.cli("workspace", "create", name + "-new", "--strategic-share-bp",
                                   "0", *(["--" + line.flag, "0"]
                                          if line.flag != "strategic-share-bp" else []))
                if path in zero_holds:
                    self.assertEqual((updated.status, created.status), (0, 0), (updated, created))
                    self.assertEqual(self.shown(name, path, line), "0")
                    self.assertEqual(self.shown(name + "-new", path, line), "0")
                    self.assertEqual(self.update(name, path, 0), 0)
                    continue
                for refused in (updated, created):
                    self.assertNotEqual(refused.status, 0, refused)
                    self.assertIn(f"workspace.{path}: 0 does not hold: give {line.least} to ",
                                  refused.err)
                with self.assertRaises(wire.RichError) as caught:
                    self.update(name, path, 0)
                self.assertEqual(caught.exception.code, grpc.StatusCode.INVALID_ARGUMENT)
                self.assertEqual(caught.exception.fields, [f"workspace.{path}"])
                # The advice, followed.
                advised = self.cli("workspace", "update", name, "--" + line.flag, line.least)
                self.assertEqual(advised.status, 0, advised)
                self.assertEqual(self.shown(name, path, line), str(line.least))

    def test_no_units_asked_makes_every_frequent_buyer_a_vip(self):
        self.client.create_workspace("vips")
        self.client.append("vips", [
            wire.customer("a"), wire.customer("b"),
            *(wire.order(f"o{i}", customer, f"2024-01-{10 + i}T10:00:00", [(1_000_000, {})])
              for i, customer in enumerate(["a", "a", "b"]))])
        loyalty = lambda: dict(  # noqa: E731
            (keys[0], values[0]) for keys, values in
            wire.table(self.client.query("vips", ["customers"], ["loyalty"])))
        self.assertEqual(loyalty(), {"Loyal": 1, "Periodic": 1})
        self.assertEqual(self.update("vips", "loyalty_rule.vip_units", 0), 0)
        self.assertEqual(loyalty(), {"VIP": 1, "Periodic": 1})

    def test_one_setting_of_a_rule_changes_alone(self):
        self.assertEqual(self.cli("workspace", "create", "alone", "--vip-purchases", "5").status, 0)
        self.assertEqual(self.update("alone", "loyalty_rule.vip_units", 7), 7)
        rule = self.client.get_workspace("alone").loyalty_rule
        self.assertEqual((rule.vip_purchases, rule.vip_units), (5, 7))

    def test_a_share_below_another_is_refused_and_the_advice_works(self):
        self.assertEqual(self.cli("workspace", "create", "shares").status, 0)
        refused = self.cli("workspace", "update", "shares", "--growth-share-bp", "1999")
        self.assertIn("workspace.tier_rule.growth_share_bp: 1999 is below strategic_share_bp (2000)",
                      refused.err)
        self.assertEqual(self.cli("workspace", "update", "shares", "--growth-share-bp", "1999",
                                  "--strategic-share-bp", "1999").status, 0)


if __name__ == "__main__":
    mini_server.main()
