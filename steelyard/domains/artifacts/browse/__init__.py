"""What people look at in the web app: folders of a version, two versions side by side, and where things come from.

Each question is answered in bounded time however large a manifest is: a page of it, or the part that some tenths of a
second reach together with the place to go on from.
"""
